"""A click that comes with one image of a clip comes with that image in the film."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from animator.film.frame_rate import frame_rate
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.render_run import open_run, render_run
from tests.animator.film.facts import samples
from tests.animator.film.films import H264, Ffmpeg
from tests.fakes import Make

RATE = 20
CLICK = 1.0
"""Seconds of the clip's images."""
_CODECS = {
    "mp4": (*H264, "-c:a", "aac"),
    "mov": (*H264, "-c:a", "pcm_s16le"),
    "mkv": (*H264, "-c:a", "libmp3lame"),
    "webm": ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libopus"),
    "ts": (*H264, "-c:a", "aac"),
}


def clip(ffmpeg: Ffmpeg, suffix: str, late: float = 0.0, images: float = 3.0) -> Path:
    """A clip of 20 images a second with a click at `CLICK`; its sound begins `late` seconds after them."""
    sound = f"aevalsrc='0.8*sin(2000*t)*between(t,{CLICK - late},{CLICK - late + 0.1})':s=44100:d=3"
    video = ("-f", "lavfi", "-i", f"testsrc2=s=64x64:r={RATE}:d={images}")
    return ffmpeg(
        f"click{late}.{suffix}", *video, "-itsoffset", str(late), "-f", "lavfi", "-i", sound, *_CODECS[suffix]
    )


def click_in(path: Path) -> float:
    """Returns when the click is heard, in seconds of a film."""
    heard = np.flatnonzero(np.abs(samples(path)) > 0.3)
    return float(heard[0]) / 48_000


def film_of(make: Make, source: Path, folder: Path, **settings: Any) -> Path:
    """Renders a film with the clip's sound, and returns its last video."""
    video = {"path": str(source), **settings.pop("video", {})}
    settings = {"fps": RATE, "frames": 24, "sound": {"add_soundtrack": "Init Video"}, **settings}
    with open_run(make(video=video, **settings), folder, resume=False) as run:
        made = render_run(run, diffuser=FakeDiffuser(), device=torch.device("cpu"))
    return (made.film, *made.extra_films)[-1]


@pytest.mark.parametrize("late", [0.0, 0.5, -0.4])
@pytest.mark.parametrize("suffix", _CODECS)
def test_sound_that_begins_later_or_earlier_than_the_images_is_in_step(
    make_animation: Make, ffmpeg: Ffmpeg, tmp_path: Path, suffix: str, late: float
) -> None:
    film = film_of(make_animation, clip(ffmpeg, suffix, late), tmp_path / "run")
    assert click_in(film) == pytest.approx(CLICK, abs=1 / RATE)


@pytest.mark.parametrize(
    ("settings", "click"),
    [
        ({"video": {"extract_from_frame": 8}}, CLICK - 8 / RATE),
        ({"video": {"extract_nth_frame": 2}, "fps": RATE / 2, "frames": 14}, CLICK),
        ({"video": {"extract_from_frame": 5, "extract_nth_frame": 2}, "fps": 10, "frames": 12}, 0.75),
        ({"video": {"timing": "clock"}, "fps": 12, "frames": 20}, CLICK),
        ({"video": {"timing": "clock", "extract_from_frame": 10}, "fps": 30, "frames": 30}, 0.5),
        ({"frame_interpolation": {"engine": "flow", "amount": 3}}, CLICK),
        ({"sound": {"add_soundtrack": "Init Video", "offset": -0.3}}, CLICK - 0.3),
        ({"sound": {"add_soundtrack": "Init Video", "offset": 0.1}}, CLICK + 0.1),
        ({"output": {"format": "webm"}}, CLICK),
        ({"output": {"format": "mov"}}, CLICK),
    ],
)
def test_sound_stays_in_step_whatever_is_taken_of_the_clip(
    make_animation: Make, ffmpeg: Ffmpeg, tmp_path: Path, settings: dict[str, Any], click: float
) -> None:
    film = film_of(make_animation, clip(ffmpeg, "mp4", 0.5), tmp_path / "run", **settings)
    assert click_in(film) == pytest.approx(click, abs=1 / float(frame_rate(RATE)))


def test_a_video_named_as_the_soundtrack_counts_from_its_first_image(
    make_animation: Make, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    sound = {"soundtrack_path": str(clip(ffmpeg, "mkv", 0.5))}
    film = film_of(make_animation, clip(ffmpeg, "mp4"), tmp_path / "run", sound=sound)
    assert click_in(film) == pytest.approx(CLICK, abs=1 / RATE)


def test_a_pause_in_the_sound_of_a_clip_keeps_its_length(
    make_animation: Make, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    click = "aevalsrc='0.8*sin(2000*t)*between(t,1,1.1)':s=44100:d=2"
    gap = ("-af", "aselect='not(between(t,0.2,0.7))'", "-c:a", "pcm_s16le")
    images = ("-f", "lavfi", "-i", f"testsrc2=s=64x64:r={RATE}:d=2")
    source = ffmpeg("gap.mkv", *images, "-f", "lavfi", "-i", click, *H264, *gap)
    film = film_of(make_animation, source, tmp_path / "run")
    assert click_in(film) == pytest.approx(CLICK, abs=1 / RATE)


def test_a_soundtrack_without_images_begins_with_its_first_sample(
    make_animation: Make, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    click = "aevalsrc='0.8*sin(2000*t)*between(t,0.5,0.6)':s=44100:d=2"
    cover = ("-f", "lavfi", "-i", "color=red:size=32x32:rate=1:duration=1", "-map", "0:a", "-map", "1:v")
    attached = ("-disposition:v", "attached_pic", "-c:v", "mjpeg", "-c:a", "libmp3lame")
    source = ffmpeg("cover.mp3", "-f", "lavfi", "-i", click, *cover, *attached)
    for file in (source, ffmpeg("click.ogg", "-f", "lavfi", "-i", click, "-c:a", "libvorbis")):
        sound = {"soundtrack_path": str(file)}
        film = film_of(make_animation, clip(ffmpeg, "mp4"), tmp_path / file.name, sound=sound)
        assert click_in(film) == pytest.approx(0.5, abs=1 / RATE)
