"""The run folder: atomic, resumable, locked, and never harmed."""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from imageio_ffmpeg import count_frames_and_secs
from PIL import Image

from animator.core.atomic import atomic_write
from animator.errors import RunError
from animator.loop.requests import request_of
from animator.loop.state import State
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.runs.checkpoints import Checkpoints
from animator.runs.render_run import open_run, render_run
from animator.runs.rewind import rewind
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.plan import Plan
from tests.fakes import Make

CPU = torch.device("cpu")


def finish(animation: Animation, folder: Path, *, resume: bool = False) -> Path:
    with open_run(animation, folder, resume=resume) as run:
        return render_run(run, diffuser=FakeDiffuser(), device=CPU).film


def pngs(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "frames").glob("*.png"))}


class StopsAt:
    """Fake diffuser that fails at a frame."""

    def __init__(self, frame: int) -> None:
        self.frame = frame

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        if request.frame >= self.frame:
            raise KeyboardInterrupt
        return FakeDiffuser().generate(request)


def test_a_run_folder_holds_what_the_design_says(make_animation: Make, tmp_path: Path) -> None:
    out = finish(make_animation(name="over the lake"), tmp_path / "run")
    assert out == tmp_path / "run" / "over the lake.mp4"
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"preset.yaml", "run.json", "frames", "state.safetensors", "over the lake.mp4"} <= names
    assert list(pngs(tmp_path / "run")) == [f"{i:09d}.png" for i in range(6)]
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["rendered_frames"] == 6 and facts["model"] == "starter" and len(facts["digest"]) == 64


def test_the_same_film_twice_is_the_same_bytes(make_animation: Make, tmp_path: Path) -> None:
    for name in ("a", "b"):
        finish(make_animation(), tmp_path / name)
    assert pngs(tmp_path / "a") == pngs(tmp_path / "b")


@pytest.mark.parametrize("cadence", [1, 2, 4])
@pytest.mark.parametrize("stop", [1, 4, 5, 8])
def test_resuming_gives_the_uninterrupted_film(
    make_animation: Make, tmp_path: Path, cadence: int, stop: int
) -> None:
    animation = make_animation(frames=10, diffusion={"seed": 2, "cadence": cadence})
    finish(animation, tmp_path / "whole")
    with open_run(animation, tmp_path / "cut", resume=False) as run, pytest.raises(KeyboardInterrupt):
        render_run(run, diffuser=StopsAt(stop), device=CPU)
    assert not (tmp_path / "cut" / "untitled.mp4").exists()
    finish(animation, tmp_path / "cut", resume=True)
    assert pngs(tmp_path / "cut") == pngs(tmp_path / "whole")
    assert (tmp_path / "cut" / "untitled.mp4").read_bytes() == (
        tmp_path / "whole" / "untitled.mp4"
    ).read_bytes()


def test_resuming_a_finished_film_changes_no_frame(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    before = pngs(tmp_path / "run")
    (tmp_path / "run" / "untitled.mp4").unlink()
    finish(make_animation(), tmp_path / "run", resume=True)
    assert pngs(tmp_path / "run") == before
    assert (tmp_path / "run" / "untitled.mp4").exists()


def test_resume_where_nothing_was_finished_starts(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run", resume=True)
    assert len(pngs(tmp_path / "run")) == 6


def test_a_finished_run_is_not_overwritten(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    before = pngs(tmp_path / "run")
    with pytest.raises(RunError, match=r"already holds a run.* Resume the run in .*, or choose"):
        open_run(make_animation(), tmp_path / "run", resume=False)
    assert pngs(tmp_path / "run") == before


def test_other_settings_refuse_to_resume_and_are_named(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    other = make_animation(motion={"zoom": 1.5}, frames=8, name="renamed")
    with pytest.raises(RunError) as caught:
        open_run(other, tmp_path / "run", resume=True)
    text = str(caught.value)
    assert "motion.zoom: was 1, now 1.5" in text and "frames: was 6, now 8" in text and "renamed" not in text


def test_a_random_seed_is_kept_when_resuming(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(diffusion={"seed": -1})
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=FakeDiffuser(), device=CPU)
        seed = run.animation.diffusion.seed
    assert seed >= 0
    with open_run(animation, tmp_path / "run", resume=True) as run:
        assert run.animation.diffusion.seed == seed


def test_two_writers_at_once_are_refused(make_animation: Make, tmp_path: Path) -> None:
    with (
        open_run(make_animation(), tmp_path / "run", resume=False),
        pytest.raises(RunError, match="another process is rendering"),
    ):
        open_run(make_animation(), tmp_path / "run", resume=False)


def test_a_lost_frame_is_found_before_rendering_resumes(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    (tmp_path / "run" / "frames" / "000000002.png").unlink()
    with pytest.raises(RunError, match=r"000000002\.png: is missing"):
        finish(make_animation(), tmp_path / "run", resume=True)


def test_a_broken_state_is_an_error(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    (tmp_path / "run" / "state.safetensors").write_bytes(b"torn")
    with pytest.raises(RunError, match=r"state.* Render the run in .* again from frame 5"):
        finish(make_animation(), tmp_path / "run", resume=True)
    before = pngs(tmp_path / "run")
    with Run.open(tmp_path / "run") as run:
        rewind(run, 5, make_animation(), CPU, FakeDiffuser())
        render_run(run, diffuser=FakeDiffuser(), device=CPU)
    assert pngs(tmp_path / "run") == before


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    atomic_write(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["state"]


def test_frames_hold_the_image_rounded(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(frames=1), tmp_path / "run")
    generated = FakeDiffuser().generate(request_of(_plan(make_animation(frames=1)), None))
    expected = (generated.clamp(0, 1).permute(1, 2, 0).numpy() * 255).round()
    with Image.open(tmp_path / "run" / "frames" / "000000000.png") as image:
        assert np.abs(np.asarray(image).astype(float) - expected).max() <= 0


def _plan(animation: Animation) -> Plan:
    from animator.timeline.timeline import Timeline

    return Timeline(animation)[0]


CHILD = """
    import sys, time
    from pathlib import Path
    import torch
    from animator import load
    from animator.models.diffusion.fake import FakeDiffuser
    from animator.runs.render_run import open_run, render_run

    class Slow:
        def generate(self, request):
            time.sleep(0.01)
            return FakeDiffuser().generate(request)

    with open_run(load(Path(sys.argv[1])), Path(sys.argv[2]), resume=True) as run:
        render_run(run, diffuser=Slow(), device=torch.device("cpu"))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_killed_at_random_moments_the_film_is_the_same(make_animation: Make, tmp_path: Path) -> None:
    from animator.presets.load import dump

    animation = make_animation(frames=60, diffusion={"seed": 2, "cadence": 2}, motion={"zoom": 1.02})
    (tmp_path / "film.yaml").write_text(dump(animation))
    finish(animation, tmp_path / "whole")
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(CHILD),
        str(tmp_path / "film.yaml"),
        str(tmp_path / "cut"),
    ]
    moments = random.Random(5)
    kills = 0
    while kills < 5:
        child = subprocess.Popen(command, cwd=Path(__file__).parents[3])
        while not list((tmp_path / "cut").glob("frames/*.png")) and child.poll() is None:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.0, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
        kills += 1
    subprocess.run(command, check=True, cwd=Path(__file__).parents[3])
    assert pngs(tmp_path / "cut") == pngs(tmp_path / "whole")
    assert not list((tmp_path / "cut").rglob("*part*"))


def test_redoing_from_a_frame_gives_the_same_film(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(frames=60, diffusion={"seed": 2, "cadence": 3}, motion={"zoom": 1.01})
    finish(animation, tmp_path / "run")
    before = pngs(tmp_path / "run")
    for frame in (59, 31, 24, 2):
        with Run.open(tmp_path / "run") as run:
            rewind(run, frame, animation, CPU, FakeDiffuser())
            assert run.state().next_frame == frame - frame % 3
            render_run(run, diffuser=FakeDiffuser(), device=CPU)
        assert pngs(tmp_path / "run") == before


def test_redoing_with_other_settings_keeps_what_came_before(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(frames=40)
    finish(animation, tmp_path / "run")
    before = pngs(tmp_path / "run")
    other = make_animation(frames=40, prompts={0: "a lake", 30: "a desert"})
    with Run.open(tmp_path / "run") as run:
        rewind(run, 30, other, CPU, FakeDiffuser())
        render_run(run, diffuser=FakeDiffuser(), device=CPU)
    after = pngs(tmp_path / "run")
    same = [name for name in before if before[name] == after[name]]
    assert same == [f"{i:09d}.png" for i in range(30)]
    finish(other, tmp_path / "fresh")
    # The images are those of a film made at once; the records in the files tell which settings made each.
    for name in after:
        paths = [tmp_path / run / "frames" / name for run in ("fresh", "run")]
        with Image.open(paths[0]) as fresh, Image.open(paths[1]) as redone:
            assert np.array_equal(np.asarray(fresh), np.asarray(redone)), name


@pytest.mark.parametrize("end", [7, 8])
def test_a_session_can_stop_at_a_frame(make_animation: Make, tmp_path: Path, end: int) -> None:
    animation = make_animation(frames=20, diffusion={"seed": 2, "cadence": 4})
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=FakeDiffuser(), device=CPU, end=end)
        assert run.state().next_frame == 8
    assert count_frames_and_secs(str(tmp_path / "run" / "untitled.mp4"))[0] == 8
    finish(animation, tmp_path / "run", resume=True)
    assert len(pngs(tmp_path / "run")) == 20


def test_checkpoints_are_bounded_for_any_length(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "states", 100_000)
    for frame in range(1, 100_001, 50):
        kept.save(State(frame))
    assert len(list((tmp_path / "states").iterdir())) <= 64


def test_a_broken_image_is_found_and_can_be_redone(make_animation: Make, tmp_path: Path) -> None:
    finish(make_animation(), tmp_path / "run")
    before = pngs(tmp_path / "run")
    broken = tmp_path / "run" / "frames" / "000000003.png"
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.raises(
        RunError, match=r"000000003\.png: is a PNG image that cannot be decoded.* again from frame 3"
    ):
        finish(make_animation(), tmp_path / "run", resume=True)
    with Run.open(tmp_path / "run") as run:
        rewind(run, 3, make_animation(), CPU, FakeDiffuser())
        render_run(run, diffuser=FakeDiffuser(), device=CPU)
    assert pngs(tmp_path / "run") == before
