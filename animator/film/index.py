"""The index of a video file: when each image is shown, read without decoding any."""

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import median

from animator.core.paths import is_file
from animator.errors import UserError
from animator.film.ffmpeg import executable
from animator.film.ffmpeg_input import input_options, is_playlist
from animator.film.frame_rate import standard_rate

_EXACT = {"mov", "mp4", "matroska", "webm"}
"""Containers with a table of their images, in which ffmpeg seeks exactly. In transport streams, AVI and MPEG
it does not."""
_DISCARDED = 0x4  # the flag of packets that an edit list cuts away
_UNKNOWN = -(2**63)  # AV_NOPTS_VALUE: the file does not give the time


@dataclass(frozen=True)
class Index:
    """The images of a video file.

    Attributes:
        times: When each image is shown, in seconds, ascending.
        container: ffmpeg's names of the container.
    """

    times: tuple[Fraction, ...]
    container: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def gap(self) -> float:
        """Median of the seconds from one image to the next; 0 for a single image."""
        return float(median(b - a for a, b in pairwise(self.times))) if len(self) > 1 else 0.0

    @property
    def fps(self) -> float | None:
        """Average frame rate to 3 digits; None for a single image."""
        if len(self) < 2 or self.times[-1] <= self.times[0]:
            return None
        mean = float((len(self) - 1) / (self.times[-1] - self.times[0]))
        return standard_rate(mean)

    @property
    def is_variable(self) -> bool:
        """True where images are not evenly spaced in time."""
        return any(abs(float(b - a) - self.gap) > 0.3 * self.gap for a, b in pairwise(self.times))

    def seek_to(self, image: int) -> float | None:
        """Returns a time in seconds between an image and the one before; None where seeking is not exact."""
        if image == 0 or not self.container & _EXACT:
            return None
        before, here = self.times[image - 1 : image + 1]
        return float((before + here) / 2) if before < here else None


def index_of(path: str | Path) -> Index:
    """Returns the index of a video file.

    Raises:
        UserError: The file is missing, or has no images.
    """
    command = [executable(), "-hide_banner", "-loglevel", "level+info", "-nostdin"]
    command += [*input_options(path), "-map", "0:v:0", "-c", "copy", "-copyts", "-f", "framecrc", "-"]
    if is_playlist(path):
        raise UserError(f"{path}: is a playlist; give the video file itself")
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_timeout_s(path)
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{path}: could not be read within {error.timeout:.0f} s; is it a video?") from error
    times = _times(done.stdout, done.stderr)
    if not times:
        raise UserError(f"{path}: holds no images that ffmpeg can read: {_errors(done.stderr)}")
    container = re.search(r"Input #0, ([\w,]+), from", done.stderr)
    return Index(times, frozenset(container[1].split(",") if container else ()))


def _timeout_s(path: str | Path) -> float:
    """Returns the seconds after which reading through a file is given up."""
    size = Path(path).stat().st_size if is_file(Path(path)) else 0
    return 120.0 + size / 1e6


def _times(listing: str, log: str) -> tuple[Fraction, ...]:
    """Returns the times in ffmpeg's framecrc listing: `stream, dts, pts, duration, size, hash[, F=flags]`.

    A file without presentation times gets its decoding times, and one without either gets times by its rate.
    """
    base = re.search(r"^#tb 0: (\d+)/(\d+)", listing, re.MULTILINE)
    if base is None:
        return ()
    tick = Fraction(int(base[1]), int(base[2]))
    stamps: list[tuple[int, int]] = []
    for line in listing.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        flags = next((int(cell[2:], 16) for cell in cells if cell.startswith("F=")), 0)
        if len(cells) >= 6 and not flags & _DISCARDED:
            stamps.append((int(cells[2]), int(cells[1])))
    for column in zip(*stamps, strict=True):
        if _UNKNOWN not in column:
            return tuple(tick * stamp for stamp in sorted(column))
    rate = re.search(r"Video:.* ([\d.]+) (fps|tbr)", log)
    return tuple(i / Fraction(rate[1] if rate else "25") for i in range(len(stamps)))


def _errors(log: str) -> str:
    lines = [line for line in log.splitlines() if re.search(r"\[(error|fatal|panic)\]", line)]
    return " / ".join(re.sub(r"\[\w+( @ 0x\w+)?\] ?", "", line) for line in lines[-4:]) or "(no message)"
