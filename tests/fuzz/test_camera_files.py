"""Camera files of any content, and settings of a camera of any kind: read, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.camera.formats.files import read_track, to_text
from animator.errors import UserError
from animator.settings.camera_moves import CameraMoves
from animator.settings.camera_path import CameraPath
from schedules import ScheduleError, Scope
from tests.animator.camera.formats.tracks import track
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged_files

SUFFIXES = (".json", ".csv", ".txt", ".gltf")
FILES = {suffix: to_text(track(4), Path(f"camera{suffix}")).encode() for suffix in SUFFIXES}
NUMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MOVES = st.sampled_from(("orbit", "shake", "pan_left", "dolly_zoom", "x"))
NAMES = st.sampled_from(("speed", "intensity", "from", "to", "ease", "radius", "distance", "seed"))
POINTS = st.dictionaries(st.sampled_from(("position", "look_at", "fov", "roll", "ease")), VALUES)
SCOPE = Scope(frames=12, fps=24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("cameras")
    return made


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.data())
def test_damaged_camera_files_are_read_or_refused(suffix: str, folder: Path, data: st.DataObject) -> None:
    path = folder / f"camera{suffix}"
    path.write_bytes(data.draw(damaged_files([FILES[suffix]])))
    with bounded(UserError):
        read_track(path)


@pytest.mark.parametrize("suffix", [".json", ".gltf"])
@given(steps=st.lists(st.integers(0, 40), min_size=1, max_size=8), value=VALUES)
def test_camera_files_of_any_values_are_read_or_refused(
    suffix: str, folder: Path, steps: list[int], value: Any
) -> None:
    changed = json.loads(FILES[suffix])
    _put(changed, steps, value)
    path = folder / f"values{suffix}"
    path.write_text(json.dumps(changed))
    with bounded(UserError):
        read_track(path)


def _put(tree: Any, steps: list[int], value: Any) -> None:
    """Replaces a value somewhere in a tree of lists and mappings."""
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key = keys[steps[0] % len(keys)]
    if len(steps) == 1 or not isinstance(tree[key], dict | list) or not tree[key]:
        tree[key] = value
    else:
        _put(tree[key], steps[1:], value)


@given(moves=st.lists(MOVES | st.dictionaries(MOVES, st.dictionaries(NAMES, VALUES, max_size=4)) | VALUES))
def test_moves_of_any_values_are_evaluated_or_refused(moves: list[Any]) -> None:
    with bounded(ScheduleError):
        CameraMoves.parse(moves, SCOPE).steps(SCOPE)


@given(path=st.dictionaries(st.integers(-3, 20) | st.text(max_size=4), POINTS | VALUES, max_size=5))
def test_paths_of_any_values_are_evaluated_or_refused(path: dict[Any, Any]) -> None:
    with bounded(ScheduleError):
        parsed = CameraPath.parse(path)
        if parsed.keys:
            parsed.poses(SCOPE, "centripetal", "even")
