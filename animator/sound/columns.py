"""`read_columns`: the columns of a CSV or JSON table as values for each frame."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from animator.core.json_text import parse_json
from animator.errors import UserError
from animator.sound.csv_table import MAX_COLUMNS, MAX_ROWS, read_csv, text_of
from animator.sound.phases import ROUNDING_S
from animator.sound.signals import Column, Placement

Between = Literal["interpolate", "hold"]
Cells = Mapping[str, Sequence[Any]]
_PLACES = ("time", "frame")
_EXPECTED = 'expected rows [{"amp": 0.5}, ...] or columns {"amp": [0.5, ...]}'


def read_columns(path: Path, placement: Placement, between: Between = "interpolate") -> Mapping[str, Column]:
    """Returns the numeric columns of a table by name, each (frames,) float64.

    Args:
        path: A CSV file with a header line, or a JSON file: a list of rows `[{"amp": 0.5}, ...]`, an object
            with such a list as `frames`, or columns `{"amp": [0.5, ...]}`. A column `time`, in seconds, or
            `frame` says where a row belongs; without one, the rows are the frames. Columns without any
            number are left out.
        placement: The frames of the film; a frame has the value at its beginning. Before the first row and
            after the last, their values are kept.
        between: For rows with a time: "interpolate" linearly, or "hold" a value until the next row.

    Raises:
        UserError: The file cannot be read, is too large, or is not such a table.
    """
    cells = _json_cells(path) if path.suffix.lower() == ".json" else _csv_cells(path)
    columns = {name: column for name in cells if (column := _numbers(path, name, cells[name])) is not None}
    times = _times(path, columns, placement)
    signals = {name: column for name, column in columns.items() if name not in _PLACES}
    if not signals:
        raise UserError(f"{path}: has no column of numbers; {_EXPECTED}")
    begins = placement.edges[:-1]
    if between == "interpolate":
        return {name: np.interp(begins, times, column) for name, column in signals.items()}
    rows = np.maximum(np.searchsorted(times, begins + ROUNDING_S, side="right") - 1, 0)
    return {name: column[rows] for name, column in signals.items()}


def _times(path: Path, columns: Mapping[str, Column], placement: Placement) -> Column:
    """Returns the seconds of the rows."""
    if "time" in columns:
        times = columns["time"]
    elif "frame" in columns:
        times = columns["frame"] / float(placement.rate)
    else:
        rows = max((len(column) for column in columns.values()), default=0)
        return np.arange(rows) / float(placement.rate)
    back = np.flatnonzero(np.diff(times) <= 0.0)
    if len(back):
        name = "time" if "time" in columns else "frame"
        raise UserError(f"{path}: row {back[0] + 2}: its {name} is not after that of the row before")
    return times


def _csv_cells(path: Path) -> Cells:
    table = read_csv(path)
    return dict(zip(table.names, zip(*table.rows, strict=True), strict=True)) if table.rows else {}


def _json_cells(path: Path) -> Cells:
    try:
        value = parse_json(text_of(path))
    except ValueError as error:
        raise UserError(f"{path}: is not JSON: {error}") from error
    rows = value.get("frames", value) if isinstance(value, dict) else value
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        cells: Cells = {name: [row.get(name) for row in rows] for name in list(rows[0])[: MAX_COLUMNS + 1]}
    elif isinstance(rows, dict) and all(isinstance(column, list) for column in rows.values()):
        cells = rows
    else:
        raise UserError(f"{path}: is no table; {_EXPECTED}")
    lengths = {len(column) for column in cells.values()}
    if len(lengths) > 1:
        raise UserError(
            f"{path}: its columns have {min(lengths)} to {max(lengths)} values; expected as many each"
        )
    if len(cells) > MAX_COLUMNS or max(lengths, default=0) > MAX_ROWS:
        raise UserError(f"{path}: is too large; expected {MAX_COLUMNS} columns and {MAX_ROWS} rows at most")
    return cells


def _numbers(path: Path, name: str, cells: Sequence[Any]) -> Column | None:
    """Returns a column of numbers; None for one without any."""
    values = [_number(cell) for cell in cells]
    if all(value is None for value in values):
        return None
    missing = next((row for row, value in enumerate(values) if value is None), None)
    if missing is not None:
        found = str(cells[missing])[:80]
        raise UserError(
            f"{path}: row {missing + 1} of the column {name[:80]!r} is {found!r}; expected a number"
        )
    return np.array(values, np.float64)


def _number(cell: object) -> float | None:
    """Returns the number in a cell; None for another text, and for what is not finite."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    try:
        value = float(cell)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None
