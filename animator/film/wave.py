"""The wave of a film's sound: its lowest and highest sample in each of many short parts of the film."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from animator.film import ffmpeg
from animator.film.samples import LAYOUTS, decoded
from animator.film.sound import SAMPLES, Sound

Wave = NDArray[np.float32]
_BLOCK = 1 << 16
"""Samples of silence that are yielded at once."""
_FULL_SCALE = 32768.0


@dataclass(frozen=True)
class Span:
    """A part of a film's time.

    Attributes:
        start: Its beginning, in seconds of the film.
        seconds: Its length.
        points: Number of equal parts it is divided into.
    """

    start: float
    seconds: float
    points: int

    def __post_init__(self) -> None:
        if self.points < 1:
            raise ValueError(f"a span has at least one point, not {self.points}")

    @property
    def samples(self) -> int:
        """Its length in samples."""
        return max(round(self.seconds * SAMPLES), 1)


def wave_of(sound: Sound, film_seconds: Fraction, span: Span) -> Wave:
    """Returns the lowest and highest sample of each part (points, 2), float32 in [-1, 1]; 0 in silence.

    It is the wave that the video has: with the sound's offset, cut, loop and fades. The file is decoded from
    its beginning to the end of the span, and held in memory in small blocks only.

    Args:
        sound: The sound of the film.
        film_seconds: Length of the film.
        span: The part of the film; what lies outside the film is silent.

    Raises:
        UserError: There is no such file, it has no sound, it is a URL that is not allowed, or decoding it
            takes too long.
        VideoError: ffmpeg failed.
    """
    parts = min(span.points, span.samples)
    low, high = np.full(parts, np.inf, np.float32), np.full(parts, -np.inf, np.float32)
    at = 0
    for block in _blocks(sound, film_seconds, span):
        part = (np.arange(at, at + len(block), dtype=np.int64) * parts) // span.samples
        begins = np.flatnonzero(np.diff(part, prepend=-1))
        touched = part[begins]
        low[touched] = np.minimum(low[touched], np.minimum.reduceat(block.min(axis=1), begins))
        high[touched] = np.maximum(high[touched], np.maximum.reduceat(block.max(axis=1), begins))
        at += len(block)
    wave = np.stack((low, high), axis=1)
    wave[~np.isfinite(wave)] = 0.0
    return wave[np.arange(span.points) * parts // span.points]


def _blocks(sound: Sound, film_seconds: Fraction, span: Span) -> Iterator[Wave]:
    """Yields the samples of a span in order, float32 (n, channels); fewer where the sound ends before it."""
    unpadded = replace(sound, length="cut") if sound.length == "pad" else sound
    channels = sound.facts().heard_channels
    filters = unpadded.filters(film_seconds, LAYOUTS[channels])
    first = round(span.start * SAMPLES)
    begin, lead = max(first, 0), min(max(-first, 0), span.samples)
    for start in range(0, lead, _BLOCK):
        yield np.zeros((min(_BLOCK, lead - start), channels), np.float32)
    if lead == span.samples:
        return
    trim = f"atrim=start_sample={begin}:end_sample={begin + span.samples - lead}"
    args = [*ffmpeg.QUIET, *sound.input(), "-map", "0:a:0", "-af", f"{filters},{trim}"]
    for data in decoded([*args, "-ar", str(SAMPLES), "-f", "s16le", "-"], sound.source):
        whole = data[: len(data) // (2 * channels) * (2 * channels)]
        yield np.frombuffer(whole, "<i2").astype(np.float32).reshape(-1, channels) / _FULL_SCALE
