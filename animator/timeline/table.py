"""Tables of a film's plans: text, CSV or JSON. Loads no model."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from animator.settings import Animation
from animator.settings.raw import LISTS
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline

Row = dict[str, Any]


def rows(timeline: Timeline, frames: range | None = None) -> Iterator[Row]:
    """Yields one flat row per frame: frame, seconds, drawing, tween, seed, prompts, all values by path.

    The variables of sounds and tables in use are the last: `signals.onset`.

    Args:
        timeline: The film.
        frames: Which of its frames; None for all.
    """
    signals = timeline.animation.heard.used
    for frame in range(len(timeline)) if frames is None else frames:
        row = _row(timeline.plan(frame), timeline.animation.fps)
        yield row | {f"signals.{name}": float(column[frame]) for name, column in signals.items()}


def to_csv(timeline: Timeline) -> str:
    """Returns all rows as CSV with a header line; numbers as Python writes them, so nothing is rounded."""
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows(timeline):
        if writer is None:
            writer = csv.DictWriter(text, row, lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _inert(value) for name, value in row.items()})
    return text.getvalue()


def to_json(timeline: Timeline) -> str:
    """Returns the film's properties and all rows as JSON: `{"name", "fps", "size", "frames": [row, ...]}`."""
    film: Animation = timeline.animation
    properties = {"name": film.name, "fps": film.fps, "size": list(film.size), "frames": list(rows(timeline))}
    return json.dumps(properties, ensure_ascii=False, indent=1) + "\n"


def to_table(timeline: Timeline, width: int | None = None) -> str:
    """Returns a readable table: constant values on top, a column for each value that changes.

    Args:
        timeline: The film.
        width: Characters per line; None makes the table as wide as it needs.
    """
    from rich.console import Console  # only here: CSV and JSON, and all who only want rows, need no rich
    from rich.table import Table

    every = list(rows(timeline))
    changing = [name for name in every[0] if any(row[name] != every[0][name] for row in every)]
    text = io.StringIO()
    console = Console(file=text, width=width or 10_000, color_system=None, highlight=False, markup=False)
    for name, value in every[0].items():
        if name not in changing:
            console.print(f"{name}: {_short(value)}", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for name in changing or ["frame"]:
        table.add_column(name, justify="left" if isinstance(every[0][name], str) else "right")
    for row in every:
        table.add_row(*(_short(row[name]) for name in changing or ["frame"]))
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def _row(plan: Plan, fps: float) -> Row:
    row: Row = {
        "frame": plan.frame,
        "seconds": round(plan.frame / fps, 6),
        "drawing": plan.generation_index,
        "tween": plan.tween,
        "seed": plan.seed,
        "prompt": plan.prompt.positive,
        "negative_prompt": plan.prompt.negative,
    }
    for group, part in asdict(plan).items():
        if isinstance(part, dict) and group != "prompt":
            row.update({f"{group}.{name}": value for name, value in part.items()})
        elif group in LISTS:
            for index, item in enumerate(part):
                row.update({f"{group}.{index}.{name}": value for name, value in item.items()})
    return row


def _inert(value: Any) -> Any:
    """Returns a text that begins like a formula with an apostrophe before it; any other value as it is."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@"))
    return f"'{value}" if is_formula else value


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
