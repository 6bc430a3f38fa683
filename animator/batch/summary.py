"""The summary of a batch: a table for the terminal, batch.json for programs."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from animator.batch.task import Outcome, Status
from animator.core.atomic import atomic_write

SUMMARY = "batch.json"
_COUNT = re.compile(r"\d+ problems? in ")
MAX_ERROR_LENGTH = 300
"""Characters of an error in the table; batch.json has the whole text."""
SCHEMA = "animator.batch.1"


def write_summary(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Writes batch.json; called again whenever a film is done."""
    films = [outcome.plain() for outcome in outcomes]
    counts = {status.value: count for status, count in _counts(outcomes).items()}
    text = json.dumps({"schema": SCHEMA, "counts": counts, "films": films}, indent=2, ensure_ascii=False)
    atomic_write(folder / SUMMARY, f"{text}\n".encode())


def table(outcomes: Sequence[Outcome]) -> str:
    """Returns the summary as text: a line for each film, then the count of each status."""
    head = ("preset", "status", "frames", "seconds", "video, or error")
    rows = [head, *(_row(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
    total = ", ".join(f"{count} {status.value}" for status, count in _counts(outcomes).items() if count)
    return "\n".join([*lines, total, ""])


def _row(outcome: Outcome) -> tuple[str, ...]:
    frames = f"{outcome.done}/{outcome.frames}" if outcome.frames else "-"
    seconds = f"{outcome.seconds:.1f}" if outcome.seconds else "-"
    result = str(outcome.films[0]) if outcome.films else _first_line(outcome.error)
    return outcome.task.title, outcome.status.value, frames, seconds, result


def _first_line(error: str) -> str:
    """Returns an error in one line, without the line that only counts a preset's problems."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    line = next((line for line in lines if not _COUNT.match(line)), "")
    return line if len(line) <= MAX_ERROR_LENGTH else f"{line[:MAX_ERROR_LENGTH]}..."


def _counts(outcomes: Sequence[Outcome]) -> dict[Status, int]:
    counted = Counter(outcome.status for outcome in outcomes)
    return {status: counted[status] for status in Status}
