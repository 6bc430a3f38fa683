"""Files of a run: their order, what is read back, and the video made from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from animator.core.atomic import atomic_write
from animator.errors import RunError
from animator.loop.render import Frame
from animator.loop.state import State
from animator.runs import checkpoints, run, state_files
from animator.runs.checkpoints import Checkpoints
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.animator.runs.written import IMAGE, frame, write

Make = Callable[..., Animation]


@pytest.fixture
def opened(make_animation: Make, tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", make_animation(frames=80))


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
