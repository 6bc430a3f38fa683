"""Reading the images of clips."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import UserError
from animator.film.reader import Clip, ClipReader


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 lossless frames, each flat gray of 10 times its number, 48 x 32."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    raw = b"".join(np.full((32, 48, 3), 10 * i, np.uint8).tobytes() for i in range(24))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "48x32", "-r", "12", "-i", "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *source, "-c:v", "ffv1", "-pix_fmt", "bgr0", str(path)]
    subprocess.run(command, input=raw, check=True)
    return path


def grays(clip: Clip, first: int = 0) -> list[int]:
    return [int(image[5, 5, 1]) // 10 for image in clip.frames(first)]


def test_every_frame_comes_once(clip: Path) -> None:
    assert grays(Clip(clip)) == list(range(24))


def test_a_range_and_a_step(clip: Path) -> None:
    assert grays(Clip(clip, start=3, every=4)) == [3, 7, 11, 15, 19, 23]
    assert grays(Clip(clip, start=3, every=4), first=2) == [11, 15, 19, 23]


def test_images_are_resized(clip: Path) -> None:
    assert next(iter(Clip(clip, size=(64, 128)).frames())).shape == (128, 64, 3)


def test_frames_by_number_in_any_order(clip: Path) -> None:
    reader = ClipReader(Clip(clip))
    assert [int(reader.at(i)[0, 0, 0]) // 10 for i in (0, 1, 2, 9, 10, 4)] == [0, 1, 2, 9, 10, 4]
    reader.close()


def test_a_clip_that_is_too_short_says_so(clip: Path) -> None:
    reader = ClipReader(Clip(clip, every=5))
    with pytest.raises(UserError, match="too short for image 5"):
        reader.at(5)


def test_a_file_that_is_not_a_video_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("no film")
    for name, reason in (("film.mp4", "holds no images"), ("missing.mp4", "there is no such file")):
        with pytest.raises(UserError, match=f"{name}: {reason}"):
            list(Clip(tmp_path / name).frames())
