"""Looking at a run while it grows: nothing is locked, nothing is written."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from animator import FakeDiffuser, GenerationRequest, Progress, RenderResult, RunError, render_run
from animator.film.stream import Stream
from animator.runs.reencode import EncodeJob, reencode, stream_frames
from animator.runs.run import Run
from animator.runs.run_reader import RunReader
from tests.animator.cli.in_process import animator
from tests.animator.film.facts import facts_of
from tests.fakes import FunctionDiffuser, Make


def files_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Sizes and times of change of a run's files, but not of the film that ffmpeg writes meanwhile."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and ".part." not in path.name)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def render_looking(run: Run, frame: int, look: Callable[[], object]) -> RenderResult:
    """Renders a run, and looks at it while a frame is generated and those before it are on disk."""
    written = threading.Event()

    def report(progress: Progress) -> None:
        if progress.done >= frame:
            written.set()

    def generate(request: GenerationRequest) -> Tensor:
        if request.frame == frame:
            assert written.wait(60)
            look()
        return FakeDiffuser().generate(request)

    return render_run(run, diffuser=FunctionDiffuser(generate), device="cpu", progress=report)


@pytest.fixture
def opened(make_animation: Make, tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", make_animation(name="lake"))


def test_a_growing_run_is_read_without_a_trace(opened: Run) -> None:
    (opened.folder / "frames" / ".animator-0123456789abcdef.part").write_bytes(b"half a frame")
    seen: list[object] = []

    def look() -> None:
        before = files_in(opened.folder)
        run = RunReader.open(opened.folder)
        shown = [np.asarray(pixels).shape for pixels in run.pixels(range(run.frames_done))]
        seen.extend((run.animation.name, run.frames_done, run.is_rendering, run.film_path.name, shown))
        seen.append(len(run.metrics.read()))
        assert files_in(opened.folder) == before

    render_looking(opened, 4, look)
    assert seen == ["lake", 4, True, "lake.mp4", [(64, 64, 3)] * 4, 4]


def test_a_run_is_rendering_only_while_it_is_open(opened: Run) -> None:
    run = RunReader.open(opened.folder)
    assert run.is_rendering
    opened.close()
    assert not run.is_rendering
    (opened.folder / ".lock").unlink()
    assert not run.is_rendering


def test_in_betweens_count_when_they_are_complete(make_animation: Make, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.done == 6:
            raise KeyboardInterrupt

    animation = make_animation(frames=9, diffusion={"seed": 7, "cadence": 4})
    with Run.create(tmp_path / "run", animation) as run, pytest.raises(KeyboardInterrupt):
        render_run(run, diffuser=FakeDiffuser(), device="cpu", progress=stop)
    assert RunReader.open(tmp_path / "run").frames_done == 6 and run.state().next_frame == 4


def test_frames_of_a_run_that_is_rendered_again_do_not_count_until_they_are_replaced(opened: Run) -> None:
    render_run(opened, diffuser=FakeDiffuser(), device="cpu")
    run = RunReader.open(opened.folder)
    assert run.frames_done == 6
    opened.rewind(opened.checkpoints.load_before(0), opened.animation)
    assert run.frames_done == 0 and run.frame_path(5).exists()


@pytest.mark.parametrize(
    ("name", "data", "done"),
    [
        ("state.safetensors", b"", 6),
        ("state.safetensors", b"\xff" * 64, 6),
        ("frames.jsonl", b"{torn", 6),
        ("frames.jsonl", b'{"frame": 1e300}\n', 6),
    ],
)
def test_a_broken_file_costs_no_frame(opened: Run, name: str, data: bytes, done: int) -> None:
    render_run(opened, diffuser=FakeDiffuser(), device="cpu")
    (opened.folder / name).write_bytes(data)
    assert RunReader.open(opened.folder).frames_done == done


def test_more_frames_than_the_film_has_are_not_believed(opened: Run) -> None:
    render_run(opened, diffuser=FakeDiffuser(), device="cpu")
    path = opened.folder / "frames.jsonl"
    path.write_text(path.read_text().replace('"frame": 5', '"frame": 1e9'))
    assert RunReader.open(opened.folder).frames_done == 6


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run folder"):
        RunReader.open(tmp_path)


def test_report_shows_a_run_that_renders(opened: Run, capsys: pytest.CaptureFixture[str]) -> None:
    reported: list[tuple[int, str]] = []
    render_looking(opened, 3, lambda: reported.append(animator(capsys, "report", opened.folder)))
    assert reported[0][0] == 0 and "3 frames" in (opened.folder / "report.html").read_text()


def test_frames_are_encoded_elsewhere_while_the_run_renders(opened: Run, tmp_path: Path) -> None:
    job = EncodeJob(opened.folder, out=tmp_path / "so far.webm")
    render_looking(opened, 4, lambda: reencode(job, lambda name, done, count: None))
    assert facts_of(tmp_path / "so far.webm").frames == 4


@pytest.mark.parametrize("out", [None, "lake.mp4", "frames/../other.mp4"])
def test_a_file_in_the_run_folder_is_encoded_only_when_the_run_is_free(opened: Run, out: str | None) -> None:
    job = EncodeJob(opened.folder, out=opened.folder / out if out else None)
    with pytest.raises(RunError, match="another process is rendering"):
        reencode(job, lambda name, done, count: None)


def test_frames_are_streamed_while_the_run_renders(opened: Run, tmp_path: Path) -> None:
    with (tmp_path / "raw").open("wb") as file:
        job = EncodeJob(opened.folder)
        render_looking(
            opened, 2, lambda: stream_frames(job, lambda size, fps: Stream(file, size, fps, "rgb24"))
        )
    assert (tmp_path / "raw").stat().st_size == 2 * 64 * 64 * 3


def test_a_missing_frame_is_named(opened: Run, tmp_path: Path) -> None:
    render_run(opened, diffuser=FakeDiffuser(), device="cpu")
    opened.frame_path(2).unlink()
    with pytest.raises(RunError, match=r"000000002.png: is missing, though 6 frames"):
        reencode(EncodeJob(opened.folder, out=tmp_path / "a.mp4"), lambda name, done, count: None)


def test_a_run_is_read_from_a_folder_that_cannot_be_written(opened: Run, tmp_path: Path) -> None:
    render_run(opened, diffuser=FakeDiffuser(), device="cpu")
    opened.close()
    copy = tmp_path / "copy"
    shutil.copytree(opened.folder, copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    run = RunReader.open(copy)
    assert run.frames_done == len([*run.pixels(range(6))]) == 6 and not run.is_rendering
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
