"""An image has one number, wherever reading starts and whatever the clip does in the middle."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from animator.film import reader as reader_module
from animator.film.index import Index, index_of
from animator.film.open_clip import open_clip
from animator.film.probe import frame_count
from animator.film.reader import Clip, ClipReader
from animator.settings.video import Video
from tests.animator.film.films import Ffmpeg, moving

SIZE = (32, 24)
X264 = ("-c:v", "libx264", "-preset", "fast", "-g", "16", "-bf", "3", "-pix_fmt", "yuv420p")
OPEN = ("-x264-params", "open-gop=1:b-pyramid=normal")
OPEN_265 = ("-c:v", "libx265", "-x265-params", "log-level=error:open-gop=1:keyint=16", "-pix_fmt", "yuv420p")
CLIPS = {
    "bframes.mp4": X264,
    "open.mp4": (*X264, *OPEN),
    "open.mkv": (*X264, *OPEN),
    "open265.mp4": OPEN_265,
    "altref.webm": ("-c:v", "libvpx-vp9", "-g", "20", "-auto-alt-ref", "1", "-lag-in-frames", "16"),
    "plain.webm": ("-c:v", "libvpx", "-g", "20"),
    "some.gif": (),
    "some.apng": ("-plays", "0"),
    "vfr.mkv": ("-vf", "setpts=(N*N/40+N)/25/TB", "-fps_mode", "passthrough", *X264),
    "fields.mp4": ("-vf", "interlace", "-c:v", "libx264", "-flags", "+ilme+ildct", "-g", "12"),
    "some.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "some.ts": X264,
}


@pytest.fixture(autouse=True)
def seeks_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "_WORTH_SEEKING", 3)


def check_every_start(path: Path, step: int = 3) -> None:
    whole, index = list(Clip(path, SIZE).frames()), index_of(path)
    assert len(index) == len(whole)
    for number in range(0, len(whole), step):
        reader = ClipReader(Clip(path, SIZE), index)
        assert np.array_equal(reader.at(number), whole[number]), number
        reader.close()
    every_third = list(Clip(path, SIZE, start=1, every=3).frames())
    assert np.array_equal(every_third, whole[1::3])


@pytest.mark.parametrize("name", CLIPS)
def test_starting_anywhere_gives_the_image_of_reading_in_order(ffmpeg: Ffmpeg, name: str) -> None:
    check_every_start(ffmpeg(name, *moving(48), *CLIPS[name]))


def test_an_edit_list_keeps_the_numbers(ffmpeg: Ffmpeg) -> None:
    whole = ffmpeg("bframes.mp4", *moving(48), *X264)
    check_every_start(ffmpeg("edited.mov", "-ss", "0.53", "-i", str(whole), "-c", "copy"))


def test_a_clip_whose_size_changes_is_counted_through(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    vp8 = ("-c:v", "libvpx", "-g", "10")
    parts = [ffmpeg(f"part{size}.webm", *moving(20, size=size), *vp8) for size in ("64x48", "96x64", "32x32")]
    listing = tmp_path / "list"
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    clip = ffmpeg("resized.webm", "-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy")
    check_every_start(clip)
    alone = [image for part in parts for image in Clip(part, SIZE).frames()]
    assert np.array_equal(list(Clip(clip, SIZE).frames()), alone)
    view = open_clip(Video(path=str(clip), extract_nth_frame=3).spec, SIZE, 25)
    assert [np.array_equal(view.at(i), alone[3 * i]) for i in range(20)] == [True] * 20
    assert {image.shape for image in Clip(clip).frames()} == {(48, 64, 3)}


def test_images_that_are_never_shown_are_not_counted(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    for number in "12":
        two = ("-pass", number, "-passlogfile", str(tmp_path / "log"))
        hidden = ("-auto-alt-ref", "1", "-lag-in-frames", "25", "-b:v", "60k", "-g", "40")
        clip = ffmpeg(f"pass{number}.webm", *moving(120), "-c:v", "libvpx", *hidden, *two)
    assert frame_count(Video(path=str(clip)).spec, 25) == 120
    check_every_start(clip, 17)


def test_a_clip_cut_inside_a_group_has_what_can_be_shown(ffmpeg: Ffmpeg) -> None:
    whole = ffmpeg("open265.mp4", *moving(48), *OPEN_265)
    cut = ffmpeg("cut.ts", "-ss", "1.1", "-i", str(whole), "-c", "copy")
    assert len(index_of(cut)) == len(list(Clip(cut, SIZE).frames()))


def test_a_seek_that_leads_elsewhere_is_not_believed(ffmpeg: Ffmpeg) -> None:
    clip = ffmpeg("bframes.mp4", *moving(48), *X264)
    whole, index = list(Clip(clip, SIZE).frames()), index_of(clip)
    wrong = Index((*index.times[:11], index.times[10] + Fraction(1, 100), *index.times[11:]), index.container)
    reader = ClipReader(Clip(clip, SIZE), wrong)
    assert np.array_equal(reader.at(12), whole[12])
    reader.close()
