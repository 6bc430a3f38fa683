"""The clip of a film's settings: files, folders, URLs, and what is odd about them."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator.errors import UserError, VideoError
from animator.film.ffmpeg_input import input_options
from animator.film.open_clip import ClipView, open_clip
from animator.film.probe import frame_count, frame_rate
from animator.film.reader import Clip, ClipReader
from animator.settings.video import Video
from tests.animator.film.films import H264, Ffmpeg, moving

SIZE = (32, 24)


def opened(path: Path | str, **settings: Any) -> ClipView:
    return open_clip(Video(path=str(path), **settings).spec, SIZE, settings.pop("fps", 10))


def test_a_range_is_counted_and_shown(mp4: Path) -> None:
    whole = list(Clip(mp4, SIZE).frames())
    clip = opened(mp4, extract_from_frame=10, extract_to_frame=30, extract_nth_frame=5)
    assert [np.array_equal(clip.at(i), whole[10 + 5 * i]) for i in range(5)] == [True] * 5
    with pytest.raises(UserError, match="has 5 frames that count"):
        clip.at(5)


def test_length_and_rate_follow_the_step(mp4: Path) -> None:
    video = Video(path=str(mp4), extract_from_frame=10, extract_to_frame=30, extract_nth_frame=5).spec
    assert (frame_count(video, 25), frame_rate(video)) == (5, 5)
    by_clock = Video(path=str(mp4), timing="clock").spec
    assert (frame_count(by_clock, 10), frame_rate(by_clock)) == (120, 25)


def test_an_uneven_clip_is_reported_or_kept_in_time(uneven: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = list(Clip(uneven, SIZE).frames())
    with caplog.at_level(logging.WARNING):
        assert np.array_equal(opened(uneven).at(12), whole[12])
    assert "has a variable frame rate, and each of its images becomes one frame" in caplog.text
    by_clock = opened(uneven, timing="clock")  # the film has 10 frames a second
    assert [np.array_equal(by_clock.at(i), whole[i]) for i in range(10)] == [True] * 10
    assert np.array_equal(by_clock.at(13), whole[19])
    assert len(by_clock.frame_map.images) == 20


def test_an_upright_phone_film_stays_upright(mp4: Path, ffmpeg: Ffmpeg) -> None:
    turned = ffmpeg("turned.mp4", "-display_rotation", "90", "-i", str(mp4), "-c", "copy")
    assert next(iter(Clip(turned).frames())).shape == (64, 48, 3)
    ours, plain = next(iter(Clip(turned).frames())), next(iter(Clip(mp4).frames()))
    assert np.abs(ours.astype(int) - np.rot90(plain).astype(int)).mean() < 3


def test_odd_sizes_come_to_the_films(ffmpeg: Ffmpeg) -> None:
    film = ffmpeg("odd.mkv", *moving(3, size="97x51"), "-c:v", "ffv1")
    assert opened(film).at(2).shape == (24, 32, 3)


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_other_shapes_fit_alike_from_films_and_folders(ffmpeg: Ffmpeg, tmp_path: Path, fit: str) -> None:
    film = ffmpeg("wide.mkv", *moving(1, size="128x48"), "-c:v", "ffv1", "-pix_fmt", "bgr0")
    Image.fromarray(next(iter(Clip(film).frames()))).save(tmp_path / "1.png")
    of_film, of_folder = (opened(path, fit=fit).at(0).astype(int) for path in (film, tmp_path))
    assert of_film.shape == of_folder.shape == (24, 32, 3)
    assert np.abs(of_film - of_folder).mean() < 6
    assert (of_film[:4].max() < 20) == (fit == "pad")


def test_a_folder_in_its_natural_order(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2):
        Image.new("RGB", (40, 40), (number * 10, 0, 0)).save(tmp_path / f"img{number}.png")
    (tmp_path / "notes.txt").write_text("no image")
    clip = opened(tmp_path)
    assert [int(clip.at(i)[0, 0, 0]) for i in range(4)] == [10, 20, 90, 100]
    assert frame_count(Video(path=str(tmp_path)).spec, 10) == 4
    with pytest.raises(UserError, match="has no frame rate of its own"):
        frame_rate(Video(path=str(tmp_path)).spec)


def test_an_empty_folder_and_a_broken_image_say_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no images \(.png"):
        opened(tmp_path)
    (tmp_path / "1.png").write_text("no image")
    with pytest.raises(UserError, match=r"1.png: is text; expected an image: PNG"):
        opened(tmp_path).at(0)


def test_numbered_images_by_a_pattern(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGB", (40, 40), (number * 50, 0, 0)).save(tmp_path / f"{number:03d}.png")
    clip = opened(tmp_path / "%03d.png")
    assert [int(clip.at(i)[0, 0, 0]) for i in range(3)] == [0, 50, 100]


def test_urls_only_when_they_are_allowed() -> None:
    with pytest.raises(UserError, match=r"https://host/a.mp4 is a URL; set video.allow_url: true"):
        opened("https://host/a.mp4")
    assert input_options("https://host/a.mp4")[1:] == ["file,pipe", "-i", "file:https://host/a.mp4"]


def test_a_name_is_never_taken_for_a_protocol(tmp_path: Path) -> None:
    assert input_options("concat:a.ts|b.ts") == [
        "-protocol_whitelist",
        "file,pipe",
        "-i",
        "file:concat:a.ts|b.ts",
    ]
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(UserError, match=r"list.m3u8: is a playlist; give the video file itself"):
        opened(playlist)


def test_damage_stops_with_advice_or_is_concealed(damaged: Path) -> None:
    clip = opened(damaged)
    with pytest.raises(
        VideoError, match=r"is damaged after its frame \d+; set video.damaged: conceal"
    ) as caught:
        for frame in range(300):
            clip.at(frame)
    last = int(str(caught.value).partition("after its frame ")[2].partition(";")[0])
    assert 100 < last < 200
    short = opened(damaged, extract_to_frame=last - 10)
    assert short.at(last - 10).shape == (24, 32, 3)
    whole = opened(damaged, damaged="conceal")
    seen = [whole.at(frame) for frame in range(300)]  # what cannot be decoded at the end, its last image
    again = opened(damaged, damaged="conceal")
    assert all(np.array_equal(again.at(frame), seen[frame]) for frame in (280, 298, 299, 210))


def test_a_film_that_ends_too_early_says_so(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    film = ffmpeg("whole.mkv", *moving(100), *H264)
    short = tmp_path / "short.mkv"
    short.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    clip = opened(short)
    assert 10 < len(clip.frame_map.images) < 90
    with pytest.raises(UserError, match=r"short.mkv: has \d+ frames that count, and the film has 100"):
        clip.frame_map.check(100)


def test_recent_images_are_cached(mp4: Path) -> None:
    reader = ClipReader(Clip(mp4, SIZE))
    first = reader.at(0)
    assert reader.at(1) is reader.at(1) and reader.at(0) is first
    reader.close()
