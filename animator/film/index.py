"""The index of a video file: when each image is shown, read without decoding where that is possible."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import median

from animator.errors import UserError
from animator.film.ffmpeg import error_text
from animator.film.ffmpeg_input import is_pattern
from animator.film.frame_rate import standard_rate
from animator.film.video_stream import VideoStream, run_probe, shown_times, stream_of

_EXACT = {"mov", "mp4", "matroska", "webm"}
"""Containers with a table of their images, in which ffmpeg seeks exactly. In transport streams, AVI and MPEG
it does not."""
_IMAGE_PER_PACKET = {"h264", "hevc", "vvc", "av1", "vp9", "prores", "dnxhd", "ffv1", "mjpeg", "png", "qtrle"}
"""Codecs whose packets in these containers are images, so that they need not be decoded to be counted."""
_ROUNDED = 0.0015
"""Seconds by which times may differ: some containers count milliseconds."""
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
    stream = stream_of(path)
    listing, log = run_probe(path, ["-map", "0:v:0", "-c", "copy", "-copyts", "-f", "framecrc", "-"])
    times = _times(listing, log)
    if not (is_pattern(path) or _has_image_per_packet(stream, times)):
        times = _decoded_times(path, stream)
    if not times:
        raise UserError(f"{path}: holds no images that ffmpeg can read: {error_text(log)}")
    return Index(times, stream.container)


def _has_image_per_packet(stream: VideoStream, times: tuple[Fraction, ...]) -> bool:
    """Returns True if every packet of a file is an image that is shown.

    Elsewhere packets may hold an image that only others refer to (VP8), one of two fields, several images or
    none (MPEG-4 in AVI), or images that cannot be decoded without those before the beginning (open GOP).
    """
    if not stream.container & _EXACT or stream.codec not in _IMAGE_PER_PACKET or stream.is_interlaced:
        return False
    first = stream.first_time
    return bool(times) and first is not None and abs(float(times[0]) - first) < _ROUNDED


def _decoded_times(path: str | Path, stream: VideoStream) -> tuple[Fraction, ...]:
    """Returns the times of all images that decoding the file shows."""
    shown = ["-map", "0:v:0", "-vf", "showinfo=checksum=0", "-fps_mode", "passthrough", "-f", "null", "-"]
    log = run_probe(path, ["-copyts", *shown])[1]
    tick = re.search(r"config in time_base: (\d+)/(\d+)", log)
    stamps = [pts for pts, _ in shown_times(log)]
    known = sorted(pts for pts in stamps if pts is not None)
    if tick is None or len(known) < len(stamps):
        return tuple(number / _rate(log) for number in range(len(stamps)))
    return tuple(Fraction(int(tick[1]), int(tick[2])) * pts for pts in known)


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
    return tuple(number / _rate(log) for number in range(len(stamps)))


def _rate(log: str) -> Fraction:
    """Returns the frame rate in ffmpeg's log; 25 if there is none."""
    rate = re.search(r"Video:.* ([\d.]+) (fps|tbr)", log)
    return Fraction(rate[1]) if rate and float(rate[1]) > 0 else Fraction(25)
