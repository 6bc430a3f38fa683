"""Settings recorded in frames and videos, and films started from them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator.errors import UserError
from animator.images.png_encoder import encode_png
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets import load as presets
from animator.presets import raw
from animator.presets.infotext import Infotext
from animator.presets.records import FrameChunks, read_provenance
from animator.presets.sources import PresetSource, load
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import Make

PRESETS = Path(__file__).parents[3] / "presets"


def rendered(animation: Animation, folder: Path) -> Path:
    with open_run(animation, folder, resume=False) as run:
        return render_run(run, diffuser=FakeDiffuser(), device="cpu").film


@pytest.fixture
def lake(make_animation: Make) -> Animation:
    """A film with a prompt that needs every kind of escaping."""
    return make_animation(
        frames=3,
        name="lake",
        prompts={0: 'a lake; #1 = "best" \\ ünï, ok --neg fog\nrain'},
        diffusion={"seed": 9, "strength": 0.5},
        output={"subtitles": ["Zoom"]},
    )


def test_every_frame_says_how_it_was_generated(lake: Animation, tmp_path: Path) -> None:
    path = rendered(lake, tmp_path / "run")
    first, last = (read_provenance(path.parent / "frames" / f"{i:09d}.png") for i in (0, 2))
    assert last.infotext and "Seed: 11" in last.infotext and "Denoising strength: 0.5" in last.infotext
    assert first.infotext and "Denoising" not in first.infotext
    assert last.preset == presets.dump(lake)
    assert last.frame and last.frame["frame"] == 2 and last.frame["diffusion"]["steps"] == 25


CLIP = {"path": "clip.mp4"}
IMAGE = {"image": "lake.png", "strength": 0.7}
GUIDED = {"use_looper": True, "init_images": {0: "lake.png"}}


@pytest.mark.parametrize(
    ("settings", "denoising"),
    [
        ({}, [None, "0.5"]),
        ({"init": IMAGE}, ["0.3", "0.5"]),
        ({"guided": GUIDED, "init": {"strength": 0.6}}, ["0.4", "0.25"]),
        ({"hybrid": {"composite": "Normal"}, "video": CLIP, "init": {"strength": 0.6}}, ["0.4", "0.5"]),
        ({"mode": "video", "video": CLIP}, ["0.5", "0.5"]),
        ({"mode": "interpolation"}, [None, None]),
    ],
    ids=["prompt", "init image", "guided", "hybrid", "video", "interpolation"],
)
def test_a_frame_has_its_denoising_strength_if_it_was_generated_from_an_image(
    make_animation: Make, tmp_path: Path, settings: dict[str, Any], denoising: list[str | None]
) -> None:
    animation = make_animation(frames=2, diffusion={"seed": 1, "strength": 0.5}, **settings)
    found: list[str | None] = []
    for plan in Timeline(animation):
        path = tmp_path / f"{plan.frame}.png"
        path.write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8), FrameChunks(animation).of(plan)))
        found.append(Infotext.parse(read_provenance(path).infotext or "").fields.get("Denoising strength"))
    assert found == denoising


def test_a_video_file_has_its_preset(lake: Animation, tmp_path: Path) -> None:
    path = rendered(lake, tmp_path / "run")
    assert read_provenance(path).preset == presets.dump(lake)
    assert path.with_suffix(".srt").read_text().count("Zoom: 1") == 3


def test_a_long_record_fits_into_a_film(make_animation: Make, tmp_path: Path) -> None:
    prompts = {i: f"prompt number {i} " + "x" * 200 for i in range(1500)}
    long = make_animation(frames=2, prompts=prompts)
    assert read_provenance(rendered(long, tmp_path / "run")).preset == presets.dump(long)


def test_a_film_made_like_a_frame_of_ours_is_the_same_film(lake: Animation, tmp_path: Path) -> None:
    path = rendered(lake, tmp_path / "run")
    for source in (path, path.parent / "frames" / "000000001.png"):
        assert presets.dump(load(PresetSource(None, like=source), [], print)) == presets.dump(lake)


def test_an_image_over_a_preset_sets_its_generation_parameters(tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add_text("parameters", "a fjord\nSteps: 30, Sampler: Euler, CFG scale: 4, Seed: 77, Model: dream")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=chunks)
    lines: list[str] = []
    made = load(
        PresetSource(PRESETS / "quickstart.yaml", like=tmp_path / "a.png"), ["frames=5"], lines.append
    )
    plan = Timeline(made)[0]
    assert (plan.prompt.positive, plan.seed, plan.diffusion.steps) == ("a fjord", 77, 30)
    assert made.motion == presets.load(PRESETS / "quickstart.yaml").motion
    taken, model = lines
    assert taken.endswith("takes over the prompt, Steps, Sampler, CFG scale, Seed; not Model")
    assert model == "note: the image was generated with the model dream; set `model` to yours"
    alone = load(PresetSource(None, like=tmp_path / "a.png"), [], lines.append)
    assert Timeline(alone)[0].diffusion.sampler == "Euler"


def test_files_without_metadata_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    for name, found in [
        ("plain.png", "has no record of how it was made"),
        ("text.txt", "is text; expected an image or infotext of A1111"),
        ("broken.png", "has no record|is not an image"),
        ("none.png", "No such file"),
    ]:
        with pytest.raises(UserError, match=found):
            read_provenance(tmp_path / name)


def test_redone_frames_have_the_settings_they_were_redone_with(lake: Animation, tmp_path: Path) -> None:
    path = rendered(lake, tmp_path / "run")
    other = lake.model_copy(update={"name": "other"})
    with Run.open(path.parent) as run:
        run.rewind(run.state(), other)
        assert run.animation == other
        (tmp_path / "b.png").write_bytes(run.encode(Timeline(other)[0], np.zeros((8, 8, 3), np.uint8)))
    preset = read_provenance(tmp_path / "b.png").preset
    assert preset and "name: other" in preset


def test_drafts_read_settings_files_and_presets_alike(tmp_path: Path) -> None:
    (tmp_path / "film.txt").write_text('{"max_frames": 7, "zoom": "0:(1.02)",}')
    (tmp_path / "over.yaml").write_text("extends: small.txt\nfps: 3\n")
    (tmp_path / "small.txt").write_text('{"max_frames": 7}')
    assert presets.resolve(raw.read(tmp_path / "film.txt", repair=True)).frames == 7
    both = presets.load(tmp_path / "over.yaml")
    assert (both.frames, both.fps, both.compat) == (7, 3, True)
