"""Tries a video out on one black image: its encoder, container, size, rate and sound."""

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from animator.errors import UserError, VideoError
from animator.film import ffmpeg
from animator.film.encoders import find_encoder
from animator.film.finalize import finalize
from animator.film.remote import local_file
from animator.film.sound import Sound
from animator.film.spec import VideoSpec, encode_args, encoded_size

_IN_MILLISECONDS = ("webm", "matroska")
_MAX_RATE = 1000
_MAX_GIF_SECONDS = 655
"""Longest time of one image: GIF stores it as 16 bits of hundredths of a second."""


def check_spec(film: VideoSpec) -> None:
    """Checks that a video can be written, before its first image is made.

    Raises:
        UserError: The suffix is unknown, the codec or encoder is not available, the sound cannot be read, or
            ffmpeg cannot write such a video.
    """
    try:
        film_format = film.format
    except ValueError as error:
        raise UserError(f"{film.file}: {error}") from error
    check_rate(film)
    find_encoder(film_format, film.encoding)
    sound = film.sound if film_format.audio else None
    if sound is not None:
        sound.check()
    if not film_format.is_sequence:
        plain = replace(film, path=f"trial{film.file.suffix}", comment="", sound=None)
        _try_images(plain, ffmpeg.executable())
        if sound is not None:
            beginning = Sound(sound.source, allow_url=sound.allow_url)
            _try_sound(replace(plain, sound=beginning), ffmpeg.executable(), *_version(sound.source))


def check_rate(film: VideoSpec) -> None:
    """Checks that a video's frame rate can be stored.

    Raises:
        UserError: It is too low or too high.
    """
    rate, muxers = film.rate, {film.format.muxer, film.part_format[0].muxer}
    if rate == 0:
        raise UserError(f"fps: is {float(film.fps):g}, which is as good as 0; expected 0.001 or more")
    if rate > _MAX_RATE and muxers.intersection(_IN_MILLISECONDS):
        raise UserError(
            f"fps: {float(rate):g} images per second do not go into {film.format.name}, which stores time in "
            f"milliseconds; expected {_MAX_RATE} or less, or output.format mp4 or mov"
        )
    if film.format.muxer == "gif" and 1 / rate > _MAX_GIF_SECONDS:
        raise UserError(
            f"fps: {float(rate):g} shows each image for {float(1 / rate):.0f} s; a GIF shows one for "
            f"{_MAX_GIF_SECONDS} s at most; raise fps, or set output.format to mp4"
        )


@lru_cache(maxsize=64)
def _try_images(film: VideoSpec, executable: str) -> None:
    """Makes the video of one image; `executable` tells several ffmpegs apart."""
    try:
        _make(film)
    except ffmpeg.DisturbedError as error:
        raise _not_tried(f"output: a {film.format.name} file", error) from error
    except VideoError as error:
        width, height = film.size
        codec = film.format.codecs[0] if film.encoding.codec == "auto" else film.encoding.codec
        raise UserError(
            f"output: ffmpeg cannot make a {film.format.name} file with {codec} of {width} x {height} pixels "
            f"at {float(film.rate):g} fps; choose another output.format or output.codec, size or fps. {error}"
        ) from error


@lru_cache(maxsize=64)
def _try_sound(film: VideoSpec, executable: str, changed: int, size: int) -> None:
    """Makes the video of one image with its sound, whose versions `changed` and `size` tell apart."""
    sound = film.sound
    if sound is None:
        raise AssertionError("a video with sound is tried")
    try:
        _make(film)
    except ffmpeg.DisturbedError as error:
        raise _not_tried(f"{sound.source}: its sound", error) from error
    except VideoError as error:
        raise UserError(
            f"{sound.source}: its sound ({sound.facts().channels}) cannot be stored in {film.format.name}; "
            f"convert it to stereo WAV or FLAC, or set output.format to mov. {error}"
        ) from error


def _not_tried(what: str, error: VideoError) -> UserError:
    """Returns the error for what may be right, but was disturbed while it was tried out."""
    return UserError(
        f"{what} could not be tried out; make room in {tempfile.gettempdir()} or in memory, and try again. "
        f"{error}"
    )


def _make(film: VideoSpec) -> None:
    with tempfile.TemporaryDirectory(prefix="animator-") as folder:
        trial = replace(film, path=Path(folder) / film.file)
        encoder = find_encoder(*trial.part_format)
        width, height = encoded_size(trial.size, encoder)
        ffmpeg.run(encode_args(trial, encoder), trial.file.name, bytes(width * height * 3))
        finalize(trial, 1)


def _version(source: str) -> tuple[int, int]:
    """Returns when a file was changed, and its size."""
    stat = Path(local_file(source)).stat()
    return stat.st_mtime_ns, stat.st_size
