"""Facts about a sound that need its first samples only: when it begins, and its channels."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from animator.core.paths import is_file
from animator.errors import UserError
from animator.film import ffmpeg
from animator.film.ffmpeg_input import input_options
from animator.film.index import index_of
from animator.film.video_stream import deadline_of

QUIET = ("-hide_banner", "-loglevel", "level+info", "-nostdin", "-nostats")
LINE = re.compile(r"\b0,\s+-?\d+,\s+(-?\d+),\s+(\d+),\s+\d+, 0x")
"""A line of ffmpeg's framecrc listing: presentation time and duration in ticks."""
TICK = re.compile(r"#tb 0: (\d+)/(\d+)")
_CHANNELS = re.compile(r"Stream #0:\S+ Audio: [^\n]*?\d+ Hz, ([^,\n]+)")
_FLOATS = re.compile(r"Stream #0:\S+ Audio: (?:pcm_f|wavpack)")
_LENGTH = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")
_IMAGES = re.compile(r"Stream #0:\S+ Video: (?![^\n]*\(attached pic\))")


@dataclass(frozen=True)
class SoundFacts:
    """What the first samples of a sound tell.

    Attributes:
        begin: Time of its first sample, in seconds of the file's clock.
        first_image: Time of the file's first image; None for a file without images, or with a cover only.
        channels: ffmpeg's name of its channel layout, such as `5.1(side)` or `11 channels`.
        seconds: Length of the file by its header; 0 where it does not say.
        is_mappable: False for channels of which ffmpeg does not know where they belong.
        is_float: True where the file stores its samples as floats, which may be anything.
    """

    begin: Fraction
    first_image: Fraction | None
    channels: str
    seconds: float
    is_mappable: bool
    is_float: bool

    @property
    def heard_channels(self) -> int:
        """Number of channels that all are mixed into to be looked at: 1 where they have no left and right."""
        return 1 if self.channels == "mono" or not self.is_mappable else 2

    @property
    def count(self) -> int:
        """Number of channels that are not mappable; 0 if they are."""
        number = re.match(r"(\d+) channels", self.channels)
        return int(number[1]) if number and not self.is_mappable else 0


def facts_of(source: str) -> SoundFacts:
    """Returns the facts about the first sound of a file.

    Raises:
        UserError: There is no such file, or it has no sound.
    """
    path = Path(source)
    if not is_file(path):
        raise UserError(f"{source}: there is no such sound file")
    stat = path.stat()
    return _facts(source, stat.st_mtime_ns, stat.st_size)


def sound_input(source: str) -> list[str]:
    """Returns the ffmpeg args that open the sound of a file, without its images."""
    # A playlist disguised as a sound file must not fetch anything either.
    return ["-vn", *input_options(source)]


@lru_cache(maxsize=64)
def _facts(source: str, changed: int, size: int) -> SoundFacts:
    """Returns the facts about a sound; `changed` and `size` tell its versions apart."""
    options = ["-map", "0:a:0", "-frames:a", "1", "-f", "framecrc", "-"]
    listing, log = _run([*QUIET, "-copyts", *sound_input(source), *options], source)
    tick, first = TICK.search(listing), LINE.search(listing)
    if tick is None or first is None:
        raise UserError(f"{source}: its sound is empty")
    channels = _CHANNELS.search(log)
    name = channels[1].strip() if channels else ""
    return SoundFacts(
        int(first[1]) * Fraction(int(tick[1]), int(tick[2])),
        _first_image(source) if _IMAGES.search(log.partition("Stream mapping:")[0]) else None,
        name,
        _length(log),
        not re.match(r"\d+ channels|ambisonic", name) or "Guessed Channel Layout" in log,
        bool(_FLOATS.search(log)),
    )


def _length(log: str) -> float:
    """Returns the seconds in ffmpeg's `Duration: 00:00:10.00`."""
    length = _LENGTH.search(log)
    return 3600.0 * int(length[1]) + 60.0 * int(length[2]) + float(length[3]) if length else 0.0


def _first_image(source: str) -> Fraction | None:
    try:
        return index_of(source).times[0]
    except UserError:  # a stream of images without any image
        return None


def _run(args: Sequence[str], source: str) -> tuple[str, str]:
    try:
        done = ffmpeg.run_any(args, deadline_s=deadline_of(source))
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"{source}: its sound could not be read within {error.timeout:.0f} s; convert it to WAV or FLAC"
        ) from error
    log = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        failures = "\n".join(line for line in log.splitlines() if "[error]" in line or "[fatal]" in line)
        failed = ffmpeg.ffmpeg_error(source, done.returncode, failures.encode())
        raise UserError(f"{source}: holds no sound that ffmpeg can read. {failed}")
    return done.stdout.decode(errors="replace"), log
