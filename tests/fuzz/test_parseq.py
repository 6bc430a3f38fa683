"""Parseq manifests of any content: per-frame values, or a problem."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.errors import UserError
from animator.presets.deforum.parseq import preset_values, read_manifest
from animator.presets.raw import read
from tests.fuzz.damage import damaged

FRAMES = [
    {"frame": index, "zoom": 1 + index / 10, "seed": index, "deforum_prompt": "a --neg b"}
    for index in range(3)
]
MANIFEST = {"options": {"output_fps": 20, "bpm": 120}, "rendered_frames": FRAMES}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    ("frame", "zoom", "seed", "deforum_prompt", "strength", "scale", "angle", "zoom_delta", "x")
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("parseq")
    (folder / "film.yaml").write_text("size: 64\nframes: 3\n")
    return folder / "manifest.json"


def read_all(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with suppress(UserError):
        preset_values(read_manifest(path))
    with suppress(UserError):
        read(path.parent / "film.yaml", parseq=path)
    with suppress(UserError):
        read(path)


@given(changes=st.lists(st.tuples(st.integers(0, 2), FIELDS, VALUES), max_size=4), options=VALUES)
def test_manifests_of_any_values_are_read_or_refused(
    path: Path, changes: list[tuple[int, str, Any]], options: Any
) -> None:
    frames: list[dict[str, Any]] = [dict(frame) for frame in FRAMES]
    for index, name, value in changes:
        frames[index][name] = value
    read_all(path, json.dumps({**MANIFEST, "rendered_frames": frames, "options": options}).encode())


@given(data=damaged(json.dumps(MANIFEST).encode()))
def test_damaged_manifests_are_read_or_refused(path: Path, data: bytes) -> None:
    read_all(path, data)
