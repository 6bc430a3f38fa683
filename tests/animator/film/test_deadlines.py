"""ffmpeg that stalls is stopped, with an error that names the clip."""

import re
import shutil
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import UserError, VideoError
from animator.film import decode, ffmpeg, video_stream
from animator.film.comment import read_comment
from animator.film.index import index_of
from animator.film.reader import Clip
from animator.film.video_stream import stream_of

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
HEADER = "P6\\n4 4\\n255\\n"


@pytest.fixture
def stalling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Puts a program in ffmpeg's place that probes as usual, but stalls after a header when it decodes."""
    real = get_ffmpeg_exe()
    program = tmp_path / "ffmpeg"
    stall = f'case "$*" in *image2pipe*) printf "{HEADER}"; exec sleep 600;; esac'
    program.write_text(f'#!/bin/sh\n{stall}\nexec "{real}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    return program


def test_a_wait_for_an_image_ends(stalling: Path, mp4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "IMAGE_SECONDS", 0.3)
    with pytest.raises(VideoError, match=rf"{re.escape(str(mp4))}: ffmpeg was stopped: no image came within"):
        next(Clip(mp4, (16, 16)).frames())


def test_probing_ends(stalling: Path, mp4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stalling.write_text("#!/bin/sh\nexec sleep 600\n")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(mp4.read_bytes())
    monkeypatch.setattr(video_stream, "_BASE_SECONDS", 0.3)
    for read in (index_of, read_comment, stream_of):
        with pytest.raises(UserError, match=r"clip.mp4: could not be read within \d+ s; is it a video\?"):
            read(clip)


def test_other_work_of_ffmpeg_may_have_a_deadline(stalling: Path) -> None:
    stalling.write_text("#!/bin/sh\nexec sleep 600\n")
    with pytest.raises(VideoError, match=r"a.wav: ffmpeg was stopped: not done within"):
        ffmpeg.run(["-version"], "a.wav", deadline_s=0.3)


def test_deadlines_grow_with_the_file_up_to_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "large.mkv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert video_stream.deadline_of(path) == 170.0
    with path.open("wb") as file:
        file.truncate(10**12)
    assert video_stream.deadline_of(path) == 3600.0
