"""Small videos of every awkward kind."""

import subprocess
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from tests.animator.film.films import H264, Ffmpeg, moving


@pytest.fixture(scope="session")
def ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> Ffmpeg:
    """Runs ffmpeg with some args and returns the path of the file it makes, once for each name."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str, *options: str) -> Path:
        path = folder / name
        if not path.exists():
            quiet = ["-y", "-hide_banner", "-loglevel", "error", "-nostdin"]
            subprocess.run([get_ffmpeg_exe(), *quiet, *options, str(path)], check=True)
        return path

    return make


@pytest.fixture(scope="session")
def mp4(ffmpeg: Ffmpeg) -> Path:
    """300 frames of H.264 at 25 fps with B-frames and sound."""
    image, sound = moving(300), ("-f", "lavfi", "-i", "sine=440")
    return ffmpeg("clip.mp4", *image[:4], *sound, *image[4:], *H264, "-c:a", "aac", "-shortest")


@pytest.fixture(scope="session")
def uneven(ffmpeg: Ffmpeg) -> Path:
    """A second at 10 fps, then a second at 30."""
    both = "[0:v]trim=0:1,settb=1/90000[a];[1:v]trim=0:1,settb=1/90000[b];[a][b]concat"
    slow, fast = moving(10, "10")[:4], moving(30, "30")[:4]
    return ffmpeg("uneven.mp4", *slow, *fast, "-filter_complex", both, "-fps_mode", "vfr", *H264)


@pytest.fixture(scope="session")
def damaged(mp4: Path) -> Path:
    """The video with some of its bytes in the middle scrambled."""
    path = mp4.with_name("damaged.mp4")
    data = bytearray(mp4.read_bytes())
    for i in range(len(data) // 2, len(data) // 2 + 4000):
        data[i] = (data[i] * 7 + 13) & 255
    path.write_bytes(data)
    return path
