"""The wave of a film's sound, for the browser."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypedDict

from animator.errors import UserError, VideoError
from animator.film.frame_rate import frame_rate
from animator.film.sound import Sound
from animator.film.wave import Span, wave_of
from animator.runs.video_specs import sound_of
from animator.settings import Animation

POINTS = 3000
WHOLE = 4
"""The wave of the whole film serves until less than a part of this number is in view."""


class WaveData(TypedDict, total=False):
    """The lowest and highest sample of equal parts of the film from one frame to another; or why not."""

    lows: list[float]
    highs: list[float]
    start: int
    end: int
    note: str


@dataclass(frozen=True)
class Heard:
    """A part of the sound of a film, which is drawn anew only where this changes.

    Attributes:
        sound: The sound; a text says why it cannot be found.
        frames: Number of frames of the film.
        rate: Its frames per second.
        start: First frame of the part.
        end: Frame behind its last one.
    """

    sound: Sound | str
    frames: int
    rate: Fraction
    start: int
    end: int


def heard_of(film: Animation, window: tuple[int, int]) -> Heard | None:
    """Returns which part of a film's sound is drawn; None where the film is silent.

    Args:
        film: The film.
        window: First and last frame in view.
    """
    try:
        sound: Sound | str | None = sound_of(film)
    except UserError as error:
        sound = str(error)
    if sound is None:
        return None
    start, end = window[0], window[1] + 1
    if (end - start) * WHOLE >= film.frames:
        start, end = 0, film.frames
    return Heard(sound, film.frames, frame_rate(film.fps), start, end)


def wave_data(heard: Heard) -> WaveData:
    """Returns the wave of a part of a film's sound; a note where it cannot be drawn."""
    if isinstance(heard.sound, str):
        return {"note": heard.sound}
    length = heard.end - heard.start
    span = Span(float(heard.start / heard.rate), float(length / heard.rate), POINTS)
    try:
        wave = wave_of(heard.sound, heard.frames / heard.rate, span)
    except (UserError, VideoError) as error:
        return {"note": str(error)}
    lows, highs = (wave[:, column].astype(float).round(3).tolist() for column in (0, 1))
    return {"lows": lows, "highs": highs, "start": heard.start, "end": heard.end}
