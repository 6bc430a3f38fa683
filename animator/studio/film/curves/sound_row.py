"""The wave of a film's sound, for the browser."""

from typing import TypedDict

from animator.errors import UserError
from animator.film.sound import Sound
from animator.film.wave import Span, wave_of
from animator.runs.video_specs import sound_of
from animator.settings import Animation

POINTS = 1500


class WaveData(TypedDict, total=False):
    """The lowest and highest sample of equal parts of the film from one frame to another; or why not."""

    lows: list[float]
    highs: list[float]
    start: float
    end: float
    note: str


def film_sound(film: Animation) -> Sound | UserError | None:
    """Returns the sound of a film, None for a silent one, or the error where it cannot be found."""
    try:
        return sound_of(film)
    except UserError as error:
        return error


def wave_data(sound: Sound, film: Animation, window: tuple[int, int]) -> WaveData:
    """Returns the wave of a sound between the first and the last frame in view; a note where it has none.

    Args:
        sound: The sound of the film.
        film: The film.
        window: First and last frame in view.
    """
    start, end = window[0], window[1] + 1
    try:
        wave = wave_of(sound, Span(start / film.fps, (end - start) / film.fps, POINTS))
    except UserError as error:
        return {"note": str(error)}
    lows, highs = (column.round(3).tolist() for column in (wave[:, 0], wave[:, 1]))
    return {"lows": lows, "highs": highs, "start": start, "end": end}
