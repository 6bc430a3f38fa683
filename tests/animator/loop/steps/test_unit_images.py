"""Sources of control images."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image
from torch import Tensor

from animator.errors import UserError
from animator.loop.steps.unit_images import open_images
from animator.settings.controlnet import ControlUnit

CPU = torch.device("cpu")


def gray(level: int, size: tuple[int, int] = (32, 16)) -> Image.Image:
    return Image.new("RGB", size, (level, level, level))


def unit(source: Path, **settings: object) -> tuple[str, ControlUnit]:
    """A path, and the settings that say which of its images the frames get."""
    return str(source), ControlUnit.model_validate({"model": "x", "source": str(source), **settings})


def levels(images: list[Tensor]) -> list[int]:
    return [round(float(image.mean()) * 255) for image in images]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images 1, 2, ... 12, of which 10 comes after 9."""
    place = tmp_path / "maps"
    place.mkdir()
    for number in range(1, 13):
        gray(10 * number).save(place / f"map{number}.png")
    (place / "notes.txt").write_text("no image")
    return place


def test_an_image_is_there_at_every_frame(tmp_path: Path) -> None:
    gray(70).save(tmp_path / "one.png")
    images = open_images(*unit(tmp_path / "one.png"), CPU)
    assert levels([images.at(0), images.at(500)]) == [70, 70]
    assert images.at(3).shape == (3, 16, 32)


def test_a_folder_counts_by_the_numbers_in_names(folder: Path) -> None:
    images = open_images(*unit(folder), CPU)
    assert levels([images.at(frame) for frame in (11, 0, 9, 8)]) == [120, 10, 100, 90]
    skipping = open_images(*unit(folder, extract_from_frame=2, extract_nth_frame=3), CPU)
    assert levels([skipping.at(frame) for frame in (0, 1, 3)]) == [30, 60, 120]
    with pytest.raises(UserError, match=r"frame 12: .*maps: has 12 images in range, so none for this frame"):
        images.at(12)


def test_a_film_gives_the_same_image_in_any_order(tmp_path: Path, film: Path) -> None:
    images = open_images(*unit(film), CPU)
    forward = [images.at(frame) for frame in range(6)]
    again = open_images(*unit(film), CPU)
    for frame in (4, 1, 5, 0):
        assert torch.equal(again.at(frame), forward[frame])
    third = open_images(*unit(film, extract_from_frame=1, extract_nth_frame=2), CPU)
    assert torch.equal(third.at(1), forward[3])
    with pytest.raises(UserError, match=r"frame 6: .*has 6 images.*after_end to hold or loop"):
        images.at(6)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Six frames that grow brighter."""
    path = tmp_path / "film.mkv"
    raw = b"".join(np.full((16, 32, 3), 20 + 30 * index, np.uint8).tobytes() for index in range(6))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "32x16", "-r", "12", "-i", "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *source, "-c:v", "ffv1", "-pix_fmt", "bgr0", str(path)]
    subprocess.run(command, input=raw, check=True)
    return path


def test_a_source_that_is_too_short_may_hold_or_begin_again(film: Path) -> None:
    for after, frame in (("hold", 5), ("loop", 2)):
        images = open_images(*unit(film, after_end=after), CPU)
        assert torch.equal(images.at(8), images.at(frame))


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.mp4: "):
        open_images(*unit(tmp_path / "gone.mp4"), CPU)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"empty: holds no images \(\.png"):
        open_images(*unit(tmp_path / "empty"), CPU)
