"""GIF and WebP files last as long as the film, whatever their rate."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from animator.film.output_problems import output_problems
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter


def delays(path: Path, fps: float, frames: int) -> list[int]:
    """Writes a film and returns how long each of its images is shown, in milliseconds."""
    with VideoWriter(VideoSpec(path, (32, 32), fps)) as writer:
        for frame in range(frames):
            writer.write(np.full((32, 32, 3), 255 * (frame % 2), np.uint8) // (1 + frame % 7))
    if path.suffix == ".webp":
        data = path.read_bytes()
        starts = [found.end() for found in re.finditer(rb"ANMF....", data, re.DOTALL)]
        return [int.from_bytes(data[start + 12 : start + 15], "little") for start in starts]
    with Image.open(path) as image:
        return [int(one.info["duration"]) for one in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("fps", [12.5, 30, 29.97, 45, 50, 60, 75, 100, 240])
@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_lasts_as_long_as_its_film(tmp_path: Path, suffix: str, fps: float) -> None:
    frames = round(fps)
    shown = delays(tmp_path / f"film.{suffix}", fps, frames)
    assert sum(shown) == pytest.approx(1000 * frames / fps, abs=25)
    assert min(shown) >= (20 if suffix == "gif" else 11)  # browsers show anything shorter for 100 ms


def test_delays_of_a_gif_add_up(tmp_path: Path) -> None:
    assert sorted(delays(tmp_path / "film.gif", 30, 30)) == [30] * 20 + [40] * 10


@pytest.mark.parametrize(("name", "fps"), [("a.gif", 60), ("a.webp", 120)])
def test_left_out_images_are_reported(name: str, fps: float) -> None:
    (problem,) = output_problems(VideoSpec(name, (32, 32), fps), 10)
    assert problem.severity == "warning"
    assert "images per second" in problem.message and "left out" in problem.message
    assert not output_problems(VideoSpec("a.mp4", (32, 32), fps), 10)
