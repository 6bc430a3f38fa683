"""Cameras out to every format and in again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from animator.camera.formats.files import read_track, to_text
from animator.errors import UserError
from tests.animator.camera.formats.tracks import difference, track

READ = (".json", ".csv", ".txt", ".gltf")


@pytest.mark.parametrize("suffix", READ)
@pytest.mark.parametrize("frames", [1, 2, 300])
def test_a_camera_comes_back_as_it_was(suffix: str, frames: int, tmp_path: Path) -> None:
    path, camera = tmp_path / f"camera{suffix}", track(frames)
    path.write_text(to_text(camera, path))
    found = read_track(path)
    assert len(found) == frames and difference(camera, found) < 1e-6


@pytest.mark.parametrize("suffix", (".json", ".txt", ".gltf"))
def test_rate_and_size_come_back_where_a_format_has_them(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"camera{suffix}"
    path.write_text(to_text(track(), path))
    found = read_track(path)
    assert (found.fps, found.size) == (29.97, (640, 384))


def test_gltf_alone_is_within_what_its_32_bits_hold(tmp_path: Path) -> None:
    path = tmp_path / "camera.gltf"
    document = json.loads(to_text(track(), path))
    document["animations"][0]["extras"] = {}
    path.write_text(json.dumps(document))
    found = read_track(path)
    assert found.fps == pytest.approx(29.97) and 1e-7 < difference(track(), found) < 2e-2


def test_gltf_whose_animation_was_edited_does_not_take_what_was_rounded_away(tmp_path: Path) -> None:
    path = tmp_path / "camera.gltf"
    document = json.loads(to_text(track(), path))
    document["animations"][0]["extras"]["animator"]["rounded_away"]["translation"][5] = [1, 1, 1]
    path.write_text(json.dumps(document))
    assert difference(track(), read_track(path)) < 2e-2


@pytest.mark.parametrize("name", ["camera.fbx", "camera", "camera.py"])
def test_an_unknown_suffix_is_refused_with_those_that_are_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected \.json, \.csv, \.txt, \.gltf"):
        read_track(tmp_path / name)


def test_a_lens_that_no_camera_has_is_refused() -> None:
    camera = track(3)
    camera.fov_deg[1] = -70
    with pytest.raises(UserError, match=r"camera\.fov: is -70 at frame 1"):
        to_text(camera, Path("camera.json"))


@pytest.mark.parametrize("suffix", (".json", ".txt", ".gltf"))
@pytest.mark.parametrize("side", [0, -1, 65537])
def test_a_size_that_no_image_has_is_refused(suffix: str, side: int, tmp_path: Path) -> None:
    path = tmp_path / f"camera{suffix}"
    path.write_text(to_text(replace(track(), size=(side, 384)), path))
    with pytest.raises(UserError, match=rf": is {side}; expected pixels, 1 to 65536"):
        read_track(path)
