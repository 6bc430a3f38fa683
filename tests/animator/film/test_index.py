"""The index of a video file, read without decoding it."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from animator.errors import UserError
from animator.film.index import Index, index_of
from animator.film.reader import Clip, ClipReader
from tests.animator.film.films import H264, Ffmpeg, moving


def test_images_and_rate_of_a_film(mp4: Path) -> None:
    index = index_of(mp4)
    assert (len(index), index.fps, index.is_variable) == (300, 25, False)
    assert index.times[:3] == tuple(index.times[0] + Fraction(i, 25) for i in range(3))


def test_television_rates_are_recognized(ffmpeg: Ffmpeg) -> None:
    film = ffmpeg("tv.mkv", *moving(60, "30000/1001"), *H264)  # matroska rounds times to milliseconds
    assert index_of(film).fps == 29.97


def test_a_variable_rate_is_noticed(uneven: Path) -> None:
    index = index_of(uneven)
    assert (len(index), index.is_variable) == (40, True)
    assert float(index.times[-1] - index.times[0]) == pytest.approx(1 + 29 / 30, abs=0.01)


def test_a_cut_film_has_only_what_is_shown(mp4: Path, ffmpeg: Ffmpeg) -> None:
    film = ffmpeg("cut.mp4", "-ss", "1.3", "-i", str(mp4), "-c", "copy")
    assert len(index_of(film)) == len(list(Clip(film).frames())) < 300


@pytest.mark.parametrize("name", ["times.avi", "times.mpg"])
def test_files_without_times_have_their_rate(ffmpeg: Ffmpeg, name: str) -> None:
    codec = "mpeg4" if name.endswith("avi") else "mpeg2video"
    index = index_of(ffmpeg(name, *moving(50), "-c:v", codec, "-bf", "2"))
    assert (len(index), index.fps, index.is_variable) == (50, 25, False)


def test_a_file_that_is_not_a_video_is_reported(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("no film")
    with pytest.raises(
        UserError, match=r"film.mp4: holds no images that ffmpeg can read: .*Invalid data found"
    ):
        index_of(tmp_path / "film.mp4")
    with pytest.raises(UserError, match=r"none.mp4: there is no such file"):
        index_of(tmp_path / "none.mp4")


def test_a_single_image_has_no_rate() -> None:
    index = Index((Fraction(0),))
    assert (index.fps, index.gap, index.is_variable, index.seek_to(0)) == (None, 0.0, False, None)


CONTAINERS = {
    "seek.mp4": H264,
    "seek.mkv": H264,
    "seek.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "40"),
    "seek.ts": H264,
    "seek.avi": ("-c:v", "mpeg4", "-bf", "2"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_an_image_read_by_seeking_is_the_one_read_in_order(ffmpeg: Ffmpeg, name: str) -> None:
    film = ffmpeg(name, *moving(300), *CONTAINERS[name])
    index = index_of(film)
    whole = list(Clip(film).frames())
    assert (index.seek_to(250) is not None) == (name.rpartition(".")[2] in ("mp4", "mkv", "webm"))
    for number in (201, 214, 240, 263, 299):
        reader = ClipReader(Clip(film), index)
        assert np.array_equal(reader.at(number), whole[number]), number
        reader.close()
