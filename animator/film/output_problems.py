"""Problems of a video file and its sound, found without a model and before the first image is made."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from animator.core.size_text import size_text
from animator.errors import AnimatorError
from animator.film.formats import FORMATS
from animator.film.listen import Listening, listen
from animator.film.remote import local_file
from animator.film.sound import Sound, playable
from animator.film.spec import VideoSpec
from animator.film.trial import check_spec

SOUNDTRACK = "sound.soundtrack_path"
"""The setting of the problems of the sound itself."""
Severity = Literal["error", "warning"]
_SILENT_DB = -60.0
"""Peak below which nothing is heard."""
_SHORT_S = 0.25
"""A sound that ends less than this before the film is not reported: codecs cut sounds into such pieces."""
_END_S = 0.3
"""Damage so near to the end of a sound is a tag or a torn end, not a hole in it."""
_BITS_PER_PIXEL: Mapping[str, float] = {
    "h264": 0.5,
    "h265": 0.3,
    "av1": 0.3,
    "vp9": 0.3,
    "prores": 3.5,
    "ffv1": 12.0,
    "gif": 5.0,
    "webp": 2.0,
    "png": 14.0,
}


@dataclass(frozen=True)
class OutputProblem:
    """A problem of a video file or its sound.

    Attributes:
        setting: The setting to change, such as `sound.soundtrack_path`.
        message: What was there, what is expected, what to do.
        severity: "error" where the file cannot be made, "warning" where it may not be what was meant.
    """

    setting: str
    message: str
    severity: Severity = "error"


def output_problems(film: VideoSpec, frames: int) -> tuple[OutputProblem, ...]:
    """Returns the problems of a video file; writes only into a temporary folder of its own.

    Args:
        film: The video.
        frames: Number of its images.
    """
    return tuple(_problems(film, frames))


def estimated_bytes(film: VideoSpec, frames: int) -> int:
    """Returns about how large a video file becomes; busy images at the default quality take as much."""
    codec = film.format.codecs[0] if film.encoding.codec == "auto" else film.encoding.codec
    width, height = film.size
    return round(width * height * frames * _BITS_PER_PIXEL.get(codec, 12.0) / 8)


def _problems(film: VideoSpec, frames: int) -> Iterator[OutputProblem]:
    try:
        check_spec(film)
    except AnimatorError as error:
        yield OutputProblem(_setting_of(str(error), film), str(error))
        return
    expected, free = estimated_bytes(film, frames), _free_bytes(film.file)
    if expected > free:
        yield OutputProblem(
            "output.format",
            f"{film.file.name} will take about {size_text(expected)}, and its disk has {size_text(free)} "
            "left; free some, or choose another output.format or codec",
            "warning",
        )
    if film.shown_rate < film.rate:
        yield OutputProblem(
            "fps",
            f"viewers play {film.format.name} files of more than {film.format.max_fps} images per second "
            f"slowly; the film has {float(film.rate):g}, so some images are left out of {film.file.name}, "
            "which lasts as long; set output.format to mp4 or webm to keep all",
            "warning",
        )
    if film.sound is None:
        return
    if film.format.audio:
        yield from sound_problems(film.sound, float(frames / film.rate))
        return
    with_sound = " or ".join(known.name for known in FORMATS.values() if known.audio)
    yield OutputProblem(
        "output.format",
        f"{film.format.name} files hold no sound; set output.format to {with_sound}",
        "warning",
    )


def _free_bytes(file: Path) -> int:
    """Returns the free space of the disk that a file is written to."""
    folder = next((one for one in file.absolute().parents if one.exists()), Path.cwd())
    return shutil.disk_usage(folder).free


def sound_problems(sound: Sound, film_s: float) -> Iterator[OutputProblem]:
    """Yields the problems of a sound, which is decoded as far as the film uses it.

    Args:
        sound: The sound; its source can be read.
        film_s: Length of the film in seconds.
    """
    delay = sound.delay()
    if delay >= film_s:
        yield _warning(
            "sound.offset",
            f"the sound begins at {delay:.2f} s and the film ends at {film_s:.2f} s; it is silent",
        )
        return
    begin = max(delay, 0.0)
    try:
        filters = [*playable(sound.facts()), *_used(delay)]
        heard = listen(local_file(sound.source), filters, film_s - begin)
    except AnimatorError as error:
        yield OutputProblem(SOUNDTRACK, str(error))
        return
    yield from _damage(sound, heard, max(-delay, 0.0), film_s - begin)
    if heard.peak_db is None or heard.seconds == 0.0:
        yield _warning(
            "sound.offset",
            f"{sound.source}: ends before the film begins, which is silent; expected a sound that "
            f"is longer than the {-delay:.2f} s of it that are skipped",
        )
    elif heard.peak_db < _SILENT_DB:
        yield _warning(
            SOUNDTRACK,
            f"{sound.source}: the part that the film uses is silent (its peak is "
            f"{heard.peak_db:.0f} dB); choose another sound or sound.offset",
        )
    elif sound.length != "loop" and begin + heard.seconds < film_s - _SHORT_S:
        yield _warning(
            "sound.length",
            f"{sound.source}: ends at {begin + heard.seconds:.2f} s, the film at {film_s:.2f} s, "
            "and the rest is silent; set sound.length to loop, or shorten the film",
        )


def _used(delay: float) -> list[str]:
    """Returns the filters to what a film uses of a sound."""
    steps = ["asetpts=PTS-STARTPTS"]
    return steps + ([f"atrim=start={-delay:.6f}", f"asetpts=PTS-{-delay:.6f}/TB"] if delay < 0 else [])


def _damage(sound: Sound, heard: Listening, skipped: float, needed: float) -> Iterator[OutputProblem]:
    """Yields the problem of a damaged sound, of which `needed` seconds are used after the first `skipped`."""
    if heard.damaged_at is None:
        return
    where = f"{sound.source}: its sound is damaged near {skipped + heard.damaged_at:.1f} s"
    expected = min(needed, sound.facts().seconds - skipped)
    is_at_end = heard.damaged_at > expected - _END_S
    if heard.errors and not is_at_end and not sound.conceal:
        yield OutputProblem(
            SOUNDTRACK,
            f"{where}: ffmpeg reports {heard.errors[0]} ({len(heard.errors)} messages in all); convert it "
            "again from its source, or set sound.damaged to conceal to use what can be decoded",
        )
        return
    first = (*heard.errors, *heard.doubts)[0]
    yield _warning(SOUNDTRACK, f"{where}: ffmpeg reports {first}; listen to the film there")


def _warning(setting: str, message: str) -> OutputProblem:
    return OutputProblem(setting, message, "warning")


def _setting_of(message: str, film: VideoSpec) -> str:
    """Returns the setting that a message is about."""
    if film.sound is not None and message.startswith(film.sound.source):
        return SOUNDTRACK
    return "fps" if message.startswith("fps:") else "output.format"
