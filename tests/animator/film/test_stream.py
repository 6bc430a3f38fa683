"""Frames for other programs."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import VideoError
from animator.film.stream import Stream, to_bt709
from tests.animator.film.facts import decoded, facts_of

RNG = np.random.default_rng(5)
FRAMES = [RNG.integers(0, 256, (22, 34, 3), dtype=np.uint8) for _ in range(4)]


def test_other_programs_read_y4m(tmp_path: Path) -> None:
    (tmp_path / "film.y4m").touch()
    with (tmp_path / "film.y4m").open("wb") as file:
        stream = Stream(file, (34, 22), 23.976)
        for frame in FRAMES:
            stream.write(frame)
        stream.close()
    facts = facts_of(tmp_path / "film.y4m")
    assert (facts.frames, facts.size, facts.pixels, facts.fps) == (4, (34, 22), "yuv444p", 23.98)
    seen = decoded(tmp_path / "film.y4m", "bt709")
    assert np.abs(seen.astype(int) - np.stack(FRAMES)).max() <= 3  # 8-bit limited range


def test_the_matrix_is_ffmpegs() -> None:
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "34x22", "-i", "-"]
    convert = ["-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd", "-pix_fmt", "yuv444p"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *raw, *convert, "-f", "rawvideo", "-"]
    theirs = subprocess.run(command, input=FRAMES[0].tobytes(), capture_output=True, check=True).stdout
    ours = to_bt709(FRAMES[0]).astype(int)
    assert np.abs(ours - np.frombuffer(theirs, np.uint8).reshape(3, 22, 34)).max() <= 1


def test_black_white_and_colors_are_where_the_standard_has_them() -> None:
    colors = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255]]], np.uint8)
    assert to_bt709(colors)[:, 0].T.tolist() == [
        [16, 128, 128],
        [235, 128, 128],
        [63, 102, 240],
        [32, 240, 118],
    ]


def test_raw_frames_are_nothing_but_pixels() -> None:
    out = io.BytesIO()
    stream = Stream(out, (34, 22), 10, "rgb24")
    for frame in FRAMES:
        stream.write(frame)
    assert out.getvalue() == b"".join(frame.tobytes() for frame in FRAMES)


def test_a_reader_that_has_ended_is_reported() -> None:
    class Gone(io.BytesIO):
        def write(self, data: object) -> int:
            raise BrokenPipeError

    with pytest.raises(VideoError, match="has ended before the film"):
        Stream(Gone(), (34, 22), 10)
