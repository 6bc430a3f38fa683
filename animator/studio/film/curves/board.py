"""`Board`: what the editor of curves shows of a film, as plain values for the browser."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.errors import PresetError, UserError
from animator.settings import Animation
from animator.studio.analysis import Analysis
from animator.studio.film.curves.catalog import DEFAULT_CHOICE, Choice, Entry, entries_of
from animator.studio.film.curves.keys import Source, keys_of
from animator.studio.film.curves.problems import note_of, problem_of
from animator.studio.film.curves.rows import curve_data, points_for, span_data
from animator.studio.film.curves.wire import BoardData, CurveData, NoteData, SpanData
from animator.studio.labels import Translate
from animator.timeline.sampled import beats_of
from schedules import ScheduleError

MOST_BEATS = 2000


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
                self._spans.append(span_data(entry.path, keys, self._window))
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


def _beats(frames: NDArray[np.int64], window: tuple[int, int]) -> tuple[list[int], int, int]:
    """Returns the frames of beats in view, the number of the first, and the step from each to the next."""
    first, stop = np.searchsorted(frames, (window[0], window[1] + 1)).tolist()
    step = 1
    while stop - first > MOST_BEATS * step:
        step *= 4
    first = -(-first // step) * step
    return frames[first:stop:step].tolist(), first, step
