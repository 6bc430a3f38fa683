"""`Board`: what the editor of curves shows of a film, as plain values for the browser."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.errors import PresetError, UserError
from animator.settings import Animation
from animator.studio.analysis import Analysis
from animator.studio.film.curves.catalog import DEFAULT_CHOICE, Choice, Entry, entries_of
from animator.studio.film.curves.keys import Keys, ShownKey, Source, keys_of
from animator.studio.film.curves.problems import note_of, problem_of
from animator.studio.film.curves.wire import BoardData, CurveData, KeyData, NoteData, SpanData
from animator.studio.labels import Translate
from animator.timeline.columns import range_of
from animator.timeline.sampled import SampledCurve, beats_of, curve_of
from schedules import ScheduleError

POINTS = 8000
"""Points of all curves together, about."""
FEWEST_POINTS, MOST_POINTS = 300, 2000
"""Points of one curve in a long film."""
MOST_KEYS = 250
"""Keys of one schedule that are shown; of more, only those in view, and none where even these are more."""
MOST_BEATS = 2000
TEXT_LENGTH = 160
"""Characters of a text in a span; its editor has all of it."""


@dataclass(frozen=True)
class View:
    """What a page looks at.

    Attributes:
        choice: The schedules that it shows.
        start: First frame in view.
        end: Last frame in view; None for the last one of the film.
    """

    choice: Choice = DEFAULT_CHOICE
    start: int = 0
    end: int | None = None

    def window(self, film: Animation) -> tuple[int, int]:
        """Returns the first and the last frame in view, inside the film."""
        last = film.frames - 1
        end = last if self.end is None else min(max(self.end, 0), last)
        return min(max(self.start, 0), end), end


@dataclass(frozen=True)
class Board:
    """What the editor shows of a film.

    Attributes:
        film: The film; None where there is none to show.
        entries: All of its schedules.
        sources: The source of each schedule that is shown.
        data: What is sent to the browser.
    """

    film: Animation | None
    entries: tuple[Entry, ...]
    sources: Mapping[str, Source]
    data: BoardData

    @property
    def is_whole(self) -> bool:
        """True if every frame and every key is there, so that other frames in view need no other board."""
        data = self.data
        points = points_for(len(data["curves"]))
        shown = [*data["curves"], *data["spans"]]
        return data["frames"] <= points and all(len(row["keys"]) == row["keyCount"] for row in shown)


def empty_board(version: int = -1, note: str = "") -> Board:
    """Returns a board without a film.

    Args:
        version: That of the draft.
        note: Why there is none; empty where it will come.
    """
    data: BoardData = {
        "version": version,
        "frames": 0,
        "fps": 1.0,
        "bpm": None,
        "beats": [],
        "firstBeat": 0,
        "beatStep": 1,
        "window": (0, 0),
        "order": [],
        "curves": [],
        "spans": [],
        "notes": [{"path": "", "text": note}] if note else [],
    }
    return Board(None, (), {}, data)


def board_of(analysis: Analysis, view: View, t: Translate) -> Board:
    """Returns what the editor shows of a film.

    Args:
        analysis: What is known of the film.
        view: What the page looks at.
        t: Translates what it says.
    """
    problems, film = analysis.report.problems, analysis.film
    if analysis.version < 0:  # nobody has looked at the text yet
        return empty_board()
    general = problem_of("", problems) or (problems[0] if film is None and problems else None)
    if film is None or general:
        return empty_board(analysis.version, note_of(general, t) if general else t("not shown"))
    entries = entries_of(film, analysis.written)
    shown = [entry for entry in entries if view.choice.shows(entry)]
    builder = _Builder(film, view.window(film), len(shown))
    for entry in shown:
        if problem := problem_of(entry.path, problems):
            builder.notes.append({"path": entry.path, "text": note_of(problem, t)})
        else:
            builder.add(entry, t)
    order = [entry.path for entry in shown if not entry.is_text]
    return Board(film, entries, builder.sources, builder.data(analysis.version, order))


def curve_data(film: Animation, path: str, keys: Keys, window: tuple[int, int], points: int) -> CurveData:
    """Returns a schedule of numbers for the browser.

    Args:
        film: The film.
        path: The schedule's setting.
        keys: Its keys.
        window: First and last frame in view.
        points: About how many points to send.

    Raises:
        PresetError: It cannot be evaluated.
        ScheduleError: A key is not a frame.
    """
    is_short = film.frames <= points  # then all of it is sent, and panning waits for nothing
    curve = curve_of(film, path, points, None if is_short else range(window[0], window[1] + 1))
    limits = range_of(film, path)
    shown = keys.shown
    return {
        "path": path,
        "frames": curve.frames.tolist(),
        "values": _finite(curve.values.tolist()),
        "raw": _raw(curve),
        "low": limits.low if limits else None,
        "high": limits.high if limits else None,
        "whole": bool(limits and limits.is_whole),
        "keys": _keys(shown, window),
        "keyCount": len(shown),
    }


def points_for(curves: int) -> int:
    """Returns how many points each of some curves has, so that all of them are quickly sent."""
    return min(max(POINTS // max(curves, 1), FEWEST_POINTS), MOST_POINTS)


class _Builder:
    """Collects what is shown."""

    def __init__(self, film: Animation, window: tuple[int, int], rows: int) -> None:
        self.sources: dict[str, Source] = {}
        self.notes: list[NoteData] = []
        self._film, self._window, self._points = film, window, points_for(rows)
        self._curves: list[CurveData] = []
        self._spans: list[SpanData] = []

    def add(self, entry: Entry, t: Translate) -> None:
        """Adds a schedule; where it cannot be evaluated, a note."""
        try:
            keys = keys_of(self._film, entry.path)
            if entry.is_text:
                self._spans.append(_span(entry.path, keys, self._window))
            else:
                self._curves.append(curve_data(self._film, entry.path, keys, self._window, self._points))
            self.sources[entry.path] = keys.source
        except (PresetError, ScheduleError, UserError) as error:
            self.notes.append({"path": entry.path, "text": f"{t('not shown')}: {error}"})

    def data(self, version: int, order: list[str]) -> BoardData:
        """Returns what is sent to the browser."""
        film = self._film
        beats, first, step = _beats(beats_of(film), self._window)
        return {
            "version": version,
            "frames": film.frames,
            "fps": film.fps,
            "bpm": film.scope.bpm,
            "beats": beats,
            "firstBeat": first,
            "beatStep": step,
            "window": self._window,
            "order": order,
            "curves": self._curves,
            "spans": self._spans,
            "notes": self.notes,
        }


def _span(path: str, keys: Keys, window: tuple[int, int]) -> SpanData:
    shown = keys.shown
    return {"path": path, "keys": _keys(shown, window), "keyCount": len(shown)}


def _keys(shown: Sequence[ShownKey], window: tuple[int, int]) -> list[KeyData]:
    """Returns the keys to show: all of them, or those in view, or none."""
    if len(shown) > MOST_KEYS:
        shown = [key for key in shown if window[0] <= key.frame <= window[1]]
    return [_key(key) for key in shown] if len(shown) <= MOST_KEYS else []


def _key(key: ShownKey) -> KeyData:
    value = key.value if key.value is not None and math.isfinite(key.value) else None
    return {
        "index": key.index,
        "frame": key.frame,
        "time": key.time,
        "text": key.text[:TEXT_LENGTH],
        "ease": key.ease,
        "value": value,
        "formula": key.is_formula,
    }


def _raw(curve: SampledCurve) -> list[float | None] | None:
    """Returns the values before clamping and rounding; None where they are the same."""
    same = (curve.raw == curve.values).all()
    return None if same else _finite(curve.raw.tolist())


def _finite(values: list[float]) -> list[float | None]:
    """Returns the values with None for those that JSON has no word for."""
    return [value if math.isfinite(value) else None for value in values]


def _beats(frames: NDArray[np.int64], window: tuple[int, int]) -> tuple[list[int], int, int]:
    """Returns the frames of beats in view, the number of the first, and the step from each to the next."""
    first, stop = np.searchsorted(frames, (window[0], window[1] + 1)).tolist()
    step = 1
    while stop - first > MOST_BEATS * step:
        step *= 4
    first = -(-first // step) * step
    return frames[first:stop:step].tolist(), first, step
