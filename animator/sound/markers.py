"""`read_markers`: named times from an Audacity label file, a CSV table or a MIDI file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from animator.errors import UserError
from animator.sound.csv_table import read_csv, text_of
from animator.sound.midi import midi_events

MAX_MARKERS = 100_000
_MAX_S = 1_000_000.0
_TIME = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,9}(?:\.\d{0,15})?)", re.ASCII)
_TIME_COLUMNS = ("time", "seconds", "start")
_NAME_COLUMNS = ("name", "label", "title")


@dataclass(frozen=True)
class Marker:
    """A named time.

    Attributes:
        name: Its name, which may be empty and need not be unique.
        seconds: Its time.
    """

    name: str
    seconds: float


def read_markers(path: Path, channel: int | None = None) -> tuple[Marker, ...]:
    """Returns the markers of a file, by time.

    Args:
        path: A label file of Audacity (.txt), a table with the columns `name` and `time` (.csv), or a MIDI
            file (.mid, .midi).
        channel: Of a MIDI file, the notes of a channel from 1 to 16, named such as `C4` (60), instead of its
            markers and cue points.

    Raises:
        UserError: The file cannot be read, is too large, or holds something else; or a MIDI file is given
            without the package mido.
    """
    suffix = path.suffix.lower()
    found: Iterable[Marker]
    if suffix in (".mid", ".midi"):
        found = (Marker(name, seconds) for name, seconds in midi_events(path, channel))
    elif channel is not None:
        raise UserError(f"{path}: has no channels; expected a MIDI file (.mid, .midi)")
    elif suffix == ".txt":
        found = _labels(path)
    elif suffix == ".csv":
        found = _table(path)
    else:
        raise UserError(f"{path}: is no file of markers; expected .txt (Audacity), .csv, .mid or .midi")
    return _by_time(path, found)


def _by_time(path: Path, markers: Iterable[Marker]) -> tuple[Marker, ...]:
    found: list[Marker] = []
    for marker in markers:
        found.append(marker)
        if len(found) > MAX_MARKERS:
            raise UserError(f"{path}: has more than {MAX_MARKERS} markers")
    if not found:
        raise UserError(f"{path}: has no markers")
    return tuple(sorted(found, key=lambda marker: marker.seconds))


def _labels(path: Path) -> Iterable[Marker]:
    """Yields the labels of Audacity: start, end and name, with tabs between; a range counts as its start."""
    for number, line in enumerate(text_of(path).split("\n"), 1):
        if not line.strip() or line.startswith("\\"):  # the frequencies of the label above
            continue
        cells = line.split("\t", 2)
        seconds = _seconds(cells[0])
        if seconds is None or len(cells) < 2 or _seconds(cells[1]) is None:
            raise UserError(
                f"{path}: line {number}: is {line[:80]!r}; expected start, end and name with tabs between, "
                "as Audacity exports labels"
            )
        yield Marker(cells[2].strip() if len(cells) > 2 else "", seconds)


def _table(path: Path) -> Iterable[Marker]:
    table = read_csv(path)
    names = [name.lower() for name in table.names]
    when = next((names.index(name) for name in _TIME_COLUMNS if name in names), None)
    name = next((names.index(name) for name in _NAME_COLUMNS if name in names), None)
    if when is None or name is None:
        found = ", ".join(table.names)[:200]
        raise UserError(f"{path}: has the columns {found!r}; expected `name` and `time` among them")
    for cells, line in zip(table.rows, table.lines, strict=True):
        seconds = _seconds(cells[when])
        if seconds is None:
            raise UserError(
                f"{path}: line {line}: the time is {cells[when][:80]!r}; expected seconds such as 62.5, "
                "or 1:02.5"
            )
        yield Marker(cells[name], seconds)


def _seconds(text: str) -> float | None:
    """Returns the seconds in `62.5` or `1:02.5` or `0:01:02.5`; None for another text."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    seconds = 3600.0 * int(found[1] or 0) + 60.0 * int(found[2] or 0) + float(found[3])
    return seconds if seconds <= _MAX_S else None
