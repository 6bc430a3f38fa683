"""Listens to a sound by decoding it: its length, its damage, and whether anything is heard."""

import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from animator.errors import UserError
from animator.film import ffmpeg
from animator.film.sound_source import LINE, QUIET, TICK, sound_input
from animator.film.video_stream import deadline_of

_ERROR = re.compile(r"\[(?:error|fatal)\] ?(.*)")
_DOUBT = re.compile(r"\[info\] (overread.*)")
"""What ffmpeg's MP3 decoder says, in a whisper, of bytes that make no sense."""
_PEAK = re.compile(r"max_volume: (-?[\d.]+|-inf) dB")
_MAX_LINE = 2000
_HOLE_S = 0.001


@dataclass(frozen=True)
class Listening:
    """What was heard of a sound.

    Attributes:
        seconds: Length of what was decoded.
        peak_db: Largest sample, in dB below full scale; None where nothing was decoded.
        errors: ffmpeg's messages of what it could not decode.
        doubts: Its messages of what it decoded and what makes little sense.
        damaged_at: About when the first of both came, in seconds of what was decoded; None without any.
    """

    seconds: float
    peak_db: float | None
    errors: tuple[str, ...]
    doubts: tuple[str, ...]
    damaged_at: float | None


def listen(source: str, filters: Sequence[str], seconds: float | None = None) -> Listening:
    """Decodes a sound.

    Args:
        source: A file.
        filters: ffmpeg's filters to apply before.
        seconds: Length to decode; None decodes all of it.

    Raises:
        UserError: It takes too long.
    """
    limit = [] if seconds is None else ["-t", f"{seconds:.6f}"]
    args = [*QUIET, "-copyts", *sound_input(source), "-map", "0:a:0", *limit]
    args += ["-af", ",".join([*filters, "volumedetect"]), "-flush_packets", "1", "-f", "framecrc", "-"]
    return _understood(_lines(args, source))


def decoded_seconds(source: str) -> float:
    """Returns the length of a sound in seconds, from its first sample to its last."""
    stat = Path(source).stat()
    return _seconds(source, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _seconds(source: str, changed: int, size: int) -> float:
    """Returns the length of a sound; `changed` and `size` tell its versions apart."""
    return listen(source, ["asetpts=PTS-STARTPTS"]).seconds


def _understood(lines: Iterable[str]) -> Listening:
    tick, end, peak, damaged_at, hole = 0.0, 0.0, None, None, None
    errors: list[str] = []
    doubts: list[str] = []
    for line in lines:
        if heard := LINE.search(line):
            begin = tick * int(heard[1])
            if begin - end > _HOLE_S and hole is None and end >= (damaged_at or 0.0):
                hole = end
            end = begin + tick * int(heard[2])
        elif base := TICK.search(line):
            tick = int(base[1]) / int(base[2])
        elif loudest := _PEAK.search(line):
            peak = float(loudest[1])
        for pattern, messages in ((_ERROR, errors), (_DOUBT, doubts)):
            if message := pattern.search(line):
                messages.append(message[1].strip()[:200])
                damaged_at = end if damaged_at is None else damaged_at
    # Files are read ahead, so a message may come before the sound up to the damage.
    place = hole if hole is not None and damaged_at is not None else damaged_at
    return Listening(end, peak, tuple(errors), tuple(doubts), place)


def _lines(args: Sequence[str], source: str) -> Iterable[str]:
    """Yields what ffmpeg writes to both of its outputs, in order, within the deadline."""
    limit_s = deadline_of(source)
    process = subprocess.Popen(
        [ffmpeg.executable(), *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with ffmpeg.killed_after(process, limit_s) as late:
        try:
            if process.stdout is not None:
                with process.stdout as output:
                    while line := output.readline(_MAX_LINE):
                        yield line.decode(errors="replace")
            process.wait()
        finally:
            process.kill()
            process.wait()
    if late.is_set():
        raise UserError(
            f"{source}: its sound could not be read within {limit_s:.0f} s; cut out the part that is used"
        )
