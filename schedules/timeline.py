"""Every value of every frame as text: a table for people, CSV or JSON for programs."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError

Series = Mapping[str, Sequence[Any] | NDArray[np.float64]]
_WIDEST = 40


class TimelineFormat(str, Enum):
    """How a timeline is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def timeline(series: Series, form: TimelineFormat | str = TimelineFormat.TABLE) -> str:
    """Returns the values of all settings, one row per frame, ending in a line break.

    Args:
        series: Setting -> its value on each frame, all of one length; numbers or texts.
        form: `table` has aligned columns, numbers with 6 digits and long texts cut; `csv` and `json` are
            exact. JSON is a list with one object per frame.

    Raises:
        ScheduleError: Lengths that differ, or an unknown form.
    """
    lengths = {len(values) for values in series.values()}
    if len(lengths) > 1:
        raise ScheduleError(f"the settings have different numbers of frames: {sorted(lengths)}")
    try:
        form = TimelineFormat(form)
    except ValueError:
        known = ", ".join(member.value for member in TimelineFormat)
        raise ScheduleError(f"unknown timeline format {form!r:.80}", hint=f"one of {known}") from None
    header = ["frame", *series]
    columns = [_plain(values) for values in series.values()]
    rows = [[frame, *row] for frame, row in enumerate(zip(*columns, strict=True))]
    if form is TimelineFormat.JSON:
        objects = (json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows)
        return "[\n" + ",\n".join(objects) + "\n]\n"
    return _csv(header, rows) if form is TimelineFormat.CSV else _table(header, rows)


def _plain(values: Sequence[Any] | NDArray[np.float64]) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _table(header: list[str], rows: list[list[Any]]) -> str:
    cells = [header, *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    kinds = rows[0] if rows else [""] * len(header)
    lines = (
        "  ".join(
            cell.ljust(width) if isinstance(kind, str) else cell.rjust(width)
            for cell, width, kind in zip(row, widths, kinds, strict=True)
        ).rstrip()
        for row in cells
    )
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
