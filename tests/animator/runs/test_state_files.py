"""The state of a run on disk: seldom, small, and never ahead of its frames."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from animator.loop.state import State
from animator.runs import state_files
from animator.runs.state_files import StateFiles

ANCHOR = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(1))


def image(value: float) -> Tensor:
    return torch.full((3, 8, 8), value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "frames").mkdir()
    return tmp_path


def anchors(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "states").glob("anchor-*"))


def test_a_state_is_read_as_it_was_written_with_its_anchor(folder: Path) -> None:
    StateFiles(folder).write(State(3, image(0.25), ANCHOR))
    state = StateFiles(folder).read()
    assert state.next_frame == 3 and state.image is not None and state.anchor is not None
    assert torch.equal(state.image, image(0.25)) and torch.equal(state.anchor, ANCHOR)


def test_the_anchor_is_written_once_as_long_as_it_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_files, "PACE_S", 0.0)
    files = StateFiles(folder)
    files.add(State(1, image(0.1), ANCHOR))
    [name] = anchors(folder)
    before = (folder / "states" / name).stat().st_mtime_ns
    for number in range(2, 6):
        files.add(State(number, image(number / 10), ANCHOR))
    assert anchors(folder) == [name]
    assert (folder / "states" / name).stat().st_mtime_ns == before
    assert (folder / "state.safetensors").stat().st_size < 2 * 3 * 8 * 8 * 4


def test_another_anchor_replaces_the_first_once_the_state_names_it(folder: Path) -> None:
    files = StateFiles(folder)
    files.write(State(1, image(0.1), ANCHOR))
    first = anchors(folder)
    files.write(State(2, image(0.2), 1 - ANCHOR))
    assert len(anchors(folder)) == 1 and anchors(folder) != first
    files.write(State(3, image(0.2)))
    assert anchors(folder) == [] and StateFiles(folder).read().anchor is None


def test_a_state_that_cannot_be_written_leaves_the_one_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = StateFiles(folder)
    files.write(State(1, image(0.1), ANCHOR))

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(state_files, "atomic_write", full)
    for anchor in (ANCHOR, 1 - ANCHOR):
        with pytest.raises(OSError, match="No space left"):
            files.write(State(2, image(0.2), anchor))
    state = StateFiles(folder).read()
    assert state.next_frame == 1 and state.anchor is not None and torch.equal(state.anchor, ANCHOR)


def test_states_that_follow_at_once_are_written_at_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_files, "PACE_S", 1000.0)
    files = StateFiles(folder)
    for number in range(1, 5):
        files.add(State(number, image(number / 10)))
    assert StateFiles(folder).read().next_frame == 1
    files.flush()
    files.flush()
    assert StateFiles(folder).read().next_frame == 4


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "link"])
def test_a_broken_anchor_is_named(folder: Path, damage: str) -> None:
    StateFiles(folder).write(State(1, image(0.1), ANCHOR))
    path = folder / "states" / anchors(folder)[0]
    data = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(data[:-1])
    if damage == "other":
        path.write_bytes(bytes(reversed(data)))
    if damage == "link":
        path.symlink_to(folder / "nowhere")
    with pytest.raises(ValueError, match=rf"its color anchor .*{path.name} cannot be read"):
        StateFiles(folder).read()


@pytest.mark.parametrize("anchor", [torch.zeros(3, 4, 4), torch.zeros(1, 8, 8)])
def test_an_anchor_of_another_size_is_refused(folder: Path, anchor: Tensor) -> None:
    StateFiles(folder).write(State(1, image(0.1), anchor))
    with pytest.raises(ValueError, match=r"its color anchor .* of shape"):
        StateFiles(folder).read()


def test_a_state_of_earlier_versions_holds_its_anchor_itself(folder: Path) -> None:
    (folder / "state.safetensors").write_bytes(State(4, image(0.4), ANCHOR).to_bytes())
    state = StateFiles(folder).read()
    assert state.next_frame == 4 and state.anchor is not None and torch.equal(state.anchor, ANCHOR)
