"""Ten films of the kinds that Deforum's own tests ask of its API: rate, frames, size, names, subtitles."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.core.permissions import Permissions
from animator.film.index import index_of
from animator.film.reader import Clip
from tests.animator.server.deforum.films import Job, generates, look, settings, submit, wait
from tests.animator.server.deforum.serving import Served, served
from tests.clips import save_clip

pytestmark = pytest.mark.slow
SIZE = 64
_SUBTITLE = re.compile(r"(\d+)\n(\S+) --> (\S+)\nF#: (\d+); Cadence: (\w+); Seed: (\d+); Zoom: [\d.]+")
SUBTITLES = {
    "deforum_save_gen_info_as_srt": True,
    "deforum_save_gen_info_as_srt_params": ["Seed", "Zoom"],
}
MANIFEST = json.dumps(
    {
        "options": {"output_fps": 60, "cadence": 2},
        "rendered_frames": [
            {"frame": frame, "seed": 55 + frame / 10, "zoom": 1.01, "deforum_prompt": "a lake --neg mist"}
            for frame in range(11)
        ],
    }
)


@dataclass(frozen=True)
class Kind:
    """A film, and what Deforum makes of it.

    Attributes:
        change: Its settings besides those of all.
        film: End of its name.
        fps: Its frames per second.
        frames: Their number.
        scale: Its size, in sizes of the settings.
        captions: Number of subtitles.
        cadence: Text after `Cadence:` of the first subtitle.
        seeds: Seeds in the subtitles.
        says: What the job's message has.
    """

    change: dict[str, Any]
    film: str = ".mp4"
    fps: float = 20
    frames: int = 5
    scale: int = 1
    captions: int = 5
    cadence: str = "false"
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    says: tuple[str, ...] = field(default=())


FILM = {"frame_interpolation_engine": "FILM", "frame_interpolation_x_amount": 3}
RIFE = {"frame_interpolation_engine": "RIFE v4.6", "frame_interpolation_x_amount": 3}
LARGER = {"r_upscale_video": True, "r_upscale_factor": "x4", "r_upscale_model": "realesr-animevideov3"}
KINDS = {
    "simple": Kind({}),
    "Zoe": Kind({"animation_mode": "3D", "depth_algorithm": "Zoe"}, says=("Zoe",)),
    "Parseq": Kind(
        {"parseq_manifest": MANIFEST, "parseq_non_schedule_overrides": False}, seeds=(1, 56, 56, 56, 56)
    ),
    "Parseq that overrides": Kind(
        {"parseq_manifest": MANIFEST, "parseq_non_schedule_overrides": True},
        fps=60, frames=11, captions=10, cadence="True", seeds=(56,) * 10,
    ),
    "hybrid": Kind(
        {"hybrid_composite": "Normal", "hybrid_motion": "Optical Flow", "hybrid_flow_method": "DIS Medium",
         "hybrid_generate_inputframes": True, "animation_mode": "2D"}
    ),
    "FILM": Kind(FILM, "_FILM_x3.mp4", fps=60, frames=15, says=("FILM",)),
    "RIFE": Kind(RIFE, "_RIFE46_x3.mp4", fps=60, frames=15, says=("RIFE",)),
    "larger": Kind(LARGER, "_Upscaled_x4.mp4", scale=4, says=("realesr-animevideov3",)),
    "larger, then FILM": Kind(
        {**LARGER, **FILM, "frame_interpolation_use_upscaled": True},
        "_FILM_x3_upscaled.mp4", fps=60, frames=15, scale=4, says=("FILM", "realesr-animevideov3"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that settings may name."""
    folder = tmp_path_factory.mktemp("inputs")
    images = np.random.default_rng(0).integers(0, 256, (5, SIZE, SIZE, 3), np.uint8)
    (folder / "clip").mkdir()
    save_clip(folder / "clip", images)
    return folder


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> Iterator[Served]:
    """A server that lets what is built in stand in for missing networks."""
    with served(
        tmp_path_factory.mktemp("renders"), inputs=(inputs,), permissions=Permissions(stand_ins=True)
    ) as one:
        yield one


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", KINDS)
def test_a_film_is_as_deforum_makes_it(lenient: Served, inputs: Path, name: str) -> None:
    kind = KINDS[name]
    film = settings(
        5, fps=20, W=SIZE, H=SIZE, video_init_path=str(inputs / "clip"), seed_behavior="iter", **kind.change
    )
    job = wait(lenient.client, submit(lenient.client, [film], SUBTITLES)[0])
    assert job["status"] == "SUCCEEDED", job["message"]
    assert all(part in (job["message"] or "") for part in kind.says), job["message"]
    folder, timestring = Path(job["outdir"]), job["timestring"]
    files = {file.name for file in folder.glob("[!.]*")}
    assert {f"{timestring}.mp4", f"{timestring}_settings.txt", f"{timestring}.srt"} <= files, files
    check_film(folder / f"{timestring}{kind.film}", kind)
    check_subtitles(folder / f"{timestring}.srt", kind)


def check_film(path: Path, kind: Kind) -> None:
    """Checks rate, frames and size of a film."""
    film = index_of(path)
    assert (len(film), film.fps) == (kind.frames, kind.fps)
    assert next(Clip(path).frames()).shape[:2] == (SIZE * kind.scale, SIZE * kind.scale)


def check_subtitles(path: Path, kind: Kind) -> None:
    """Checks numbers, times and text of the subtitles, which are those of the plain film."""
    texts = path.read_text(encoding="utf-8").split("\n\n")[:-1]
    found = [_SUBTITLE.fullmatch(text) for text in texts]
    assert all(found) and len(found) == kind.captions, texts
    facts = [match.groups() for match in found if match]
    duration = int(1000 / (60 if kind.cadence == "True" else 20))
    assert facts[0][:4] == ("1", "00:00:00,000", f"00:00:00,{duration:03d}", "0")
    assert facts[0][4] == kind.cadence
    assert [int(fact[5]) for fact in facts] == [*kind.seeds]


def test_a_film_is_cancelled(lenient: Served) -> None:
    job_id = submit(lenient.client, [settings(2000)])[0]
    wait(lenient.client, job_id, generates)
    lenient.client.delete(f"/deforum_api/jobs/{job_id}")
    job: Job = wait(lenient.client, job_id)
    assert job["status"] == "CANCELLED" and look(lenient.client, job_id) == job
