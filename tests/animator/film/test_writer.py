"""The video file: the args for ffmpeg, and the errors it reports."""

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs, get_ffmpeg_exe

from animator.errors import VideoError
from animator.film.formats import Encoding
from animator.film.frame_rate import frame_rate
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter


def images(count: int, width: int, height: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def stream_facts(path: Path) -> str:
    shown = subprocess.run(
        [get_ffmpeg_exe(), "-hide_banner", "-i", str(path)], capture_output=True, text=True
    )
    return shown.stderr


@pytest.mark.parametrize("fps", [15, 23.976, 29.97, 60])
def test_the_film_has_every_frame_at_its_rate(tmp_path: Path, fps: float) -> None:
    path = tmp_path / "film.mp4"
    with VideoWriter(VideoSpec(path, (96, 64), fps)) as writer:
        for image in images(20, 96, 64):
            writer.write(image)
    frames, seconds = count_frames_and_secs(str(path))
    assert frames == 20
    assert seconds == pytest.approx(20 / fps, rel=0.02)


def test_the_film_plays_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with VideoWriter(VideoSpec(path, (96, 64), 15)) as writer:
        for image in images(3, 96, 64):
            writer.write(image)
    facts = stream_facts(path)
    assert (
        "h264" in facts and re.search(r"yuv420p\(tv, bt709", facts) and "96x64" in facts and "15 fps" in facts
    )
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # faststart: players begin before the file has ended


def test_colors_survive(tmp_path: Path) -> None:
    flat = np.empty((64, 64, 3), np.uint8)
    flat[:] = (200, 60, 30)
    with VideoWriter(VideoSpec(tmp_path / "film.mp4", (64, 64), 10, Encoding(crf=5))) as writer:
        writer.write(flat)
    decode = ["-vf", "scale=in_color_matrix=bt709:in_range=tv", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", str(tmp_path / "film.mp4"), *decode]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    seen = np.frombuffer(data, np.uint8).reshape(64, 64, 3)
    assert np.abs(seen.astype(int) - flat).max() <= 4  # 8-bit limited-range YUV


def test_an_error_inside_leaves_a_part_that_plays(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), VideoWriter(VideoSpec(tmp_path / "film.mp4", (64, 64), 15)) as writer:
        for image in images(40, 64, 64):
            writer.write(image)
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["film.part.mp4"]
    assert count_frames_and_secs(str(tmp_path / "film.part.mp4"))[0] == 40


def test_a_killed_process_leaves_a_part_that_plays(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from animator.film.writer import VideoSpec, VideoWriter\n"
        "writer = VideoWriter(VideoSpec(Path(sys.argv[1]), (64, 64), 15))\n"
        "image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)\n"
        "for i in range(400): writer.write(np.roll(image, i, 0))\n"
        "time.sleep(2)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "film.mp4")], check=False)
    part = tmp_path / "film.part.mp4"
    for _ in range(100):  # ffmpeg outlives the process by as long as it takes to write what it was given
        time.sleep(0.2)
        if part.stat().st_size > 10_000:
            break
    assert count_frames_and_secs(str(part))[0] > 100


def test_finish_and_abandon_are_deprecated_aliases(tmp_path: Path) -> None:
    for name, warning in (("finish", "VideoWriter.close"), ("abandon", "VideoWriter.abort")):
        path = tmp_path / f"{name}.mp4"
        writer = VideoWriter(VideoSpec(path, (64, 64), 15))
        for image in images(3, 64, 64):
            writer.write(image)
        with pytest.warns(DeprecationWarning, match=warning):
            getattr(writer, name)()
        assert path.exists() == (name == "finish")
        assert path.with_name(f"{name}.part.mp4").exists() == (name == "abandon")


def test_an_old_film_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), VideoWriter(VideoSpec(path, (64, 64), 15)):
        raise RuntimeError
    assert path.read_bytes() == b"old"


def test_an_ffmpeg_failure_is_raised_with_its_message(tmp_path: Path) -> None:
    film = VideoSpec(tmp_path / "no such folder" / "film.mp4", (64, 64), 15)
    with (
        pytest.raises(VideoError, match=r"(?s)exit code \d+.*No such file"),
        VideoWriter(film) as writer,
    ):
        for image in images(30, 64, 64):
            writer.write(image)


def test_an_image_of_another_size_is_rejected(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="expected uint8"),
        VideoWriter(VideoSpec(tmp_path / "a.mp4", (64, 64), 15)) as writer,
    ):
        writer.write(images(1, 32, 64)[0])


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (15, "15"),
        (23.976, "24000/1001"),
        (29.97, "30000/1001"),
        (59.94, "60000/1001"),
        (12.5, "25/2"),
        (0.5, "1/2"),
        (23.98, "24000/1001"),
        (30000 / 1001, "30000/1001"),
        (999, "999"),
        (7.5, "15/2"),
    ],
)
def test_the_rate_is_exact(fps: float, rate: str) -> None:
    assert str(frame_rate(fps)) == rate
