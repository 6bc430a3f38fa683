"""Files of a run: their order, what is read back, and the video made from them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from imageio_ffmpeg import count_frames_and_secs

from animator.core.atomic import atomic_write
from animator.errors import RunError, VideoError
from animator.film.writer import VideoWriter
from animator.loop.render import Frame
from animator.loop.state import State
from animator.runs import checkpoints, run, state_files
from animator.runs.checkpoints import Checkpoints
from animator.runs.frame_records import FrameRecords
from animator.runs.frame_writer import FrameWriter
from animator.runs.run import Run
from animator.runs.sink import FilmSink, FrameFiles
from animator.settings import Animation
from animator.timeline.timeline import Timeline

Make = Callable[..., Animation]
IMAGE = torch.full((3, 64, 64), 0.5)


@pytest.fixture
def opened(make_animation: Make, tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", make_animation(frames=80))


def frame(opened: Run, number: int) -> Frame:
    state = State(number + 1, IMAGE, IMAGE)
    return Frame(Timeline(opened.animation)[number], IMAGE, None, state, IMAGE)


def write(opened: Run, *frames: Frame) -> None:
    """Writes frames as a rendering does."""
    records = FrameRecords(opened, None, watches_drift=False)
    with FrameWriter(opened, FrameFiles(), records, lambda frame: None, torch.device("cpu")) as writer:
        for one in frames:
            writer.add(one)


def test_the_frame_is_on_disk_before_its_checkpoint_and_both_before_the_state(
    opened: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def recorded(path: Path, data: bytes) -> None:
        written.append(path.relative_to(opened.folder).as_posix())
        atomic_write(path, data)

    for module in (run, checkpoints, state_files):
        monkeypatch.setattr(module, "atomic_write", recorded)
    write(opened, frame(opened, 23))
    image, checkpoint, anchor, state = written
    assert image == "frames/000000023.png" and checkpoint == "states/000000024.safetensors"
    assert anchor.startswith("states/anchor-") and state == "state.safetensors"


def test_an_in_between_leaves_the_state_alone(opened: Run) -> None:
    between = Frame(Timeline(opened.animation)[0], IMAGE, None, State(), IMAGE)
    write(opened, between)
    assert opened.frame_path(0).exists() and not (opened.folder / "state.safetensors").exists()


def test_rewinding_keeps_earlier_checkpoints_and_deletes_later_ones(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "states", 100)
    for at in (24, 48, 72):
        kept.save(State(at))
    kept.delete_after(48)
    assert sorted(path.stem for path in (tmp_path / "states").iterdir()) == ["000000024", "000000048"]
    kept.delete_after(47)
    assert [path.stem for path in (tmp_path / "states").iterdir()] == ["000000024"]


def test_a_state_of_another_schema_is_refused_and_both_are_named(opened: Run) -> None:
    newer = State(1, IMAGE).to_bytes().replace(b"animator.state.1", b"animator.state.9")
    with pytest.raises(ValueError, match=r"animator\.state\.9.*animator\.state\.1"):
        State.from_bytes(newer)
    (opened.folder / "state.safetensors").write_bytes(newer)
    with pytest.raises(RunError, match=r"state\.safetensors: .*animator\.state\.9.*animator\.state\.1"):
        opened.state()


def test_a_film_whose_encoder_fails_at_the_end_has_the_frames_of_before_the_resume_too(
    opened: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, tries = VideoWriter.close, []

    def failing_once(writer: VideoWriter) -> None:
        tries.append(writer)
        if len(tries) == 1:
            writer.abort()
            raise VideoError("the disk was full for a moment")
        close(writer)

    monkeypatch.setattr(VideoWriter, "close", failing_once)
    for number in range(7):
        write(opened, frame(opened, number))
    pixels = list(opened.pixels(range(7)))
    sink = FilmSink(opened, 4)
    for one in pixels[4:]:
        sink.write(np.asarray(one))
    sink.close()
    assert len(tries) == 2
    assert count_frames_and_secs(str(opened.film_path))[0] == 7
