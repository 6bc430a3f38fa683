"""The file of a run's frame metrics."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any

from animator.core.atomic import append, atomic_write
from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, open_regular, read_bytes
from animator.errors import RunError
from animator.images.metrics import FrameMetrics

MAX_BYTES = 400_000_000
"""A line has about 150 bytes, a film at most a million."""
TAIL_BYTES = 4096
"""Enough for the last complete line, behind which there may be a torn one."""


@dataclass(frozen=True)
class MetricsLog:
    """Frame metrics of a run: a line of JSON for each frame.

    Attributes:
        path: The file.
    """

    path: Path

    def read(self) -> list[dict[str, float]]:
        """Returns the metrics in order of frames; torn lines and lines of another form are skipped.

        Raises:
            RunError: The file cannot be read.
        """
        if not self.path.exists():
            return []
        try:
            lines = read_bytes(self.path, MAX_BYTES).splitlines()
        except UnreadableError as error:
            raise RunError(f"{self.path}: {error}; delete it, the film can be resumed without it") from error
        return _parse(lines)

    def frames(self) -> int:
        """Returns the number of frames up to the last one with metrics; reads only the end of the file.

        0 where there are none, or the file cannot be read.
        """
        try:
            with open_regular(self.path) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                tail = _parse(file.read(TAIL_BYTES).splitlines())
        except UnreadableError:
            return 0
        return max(0, int(tail[-1]["frame"]) + 1) if tail else 0

    def append(self, metrics: FrameMetrics) -> None:
        """Adds the metrics of a frame.

        Raises:
            OSError: The file is a link, or cannot be written, for example because the disk is full.
        """
        append(self.path, f"{json.dumps(metrics.plain())}\n".encode())

    def truncate(self, frames: int) -> None:
        """Keeps the metrics of the first `frames` frames and drops the rest."""
        kept = [line for line in self.read() if line["frame"] < frames]
        atomic_write(self.path, "".join(json.dumps(line) + "\n" for line in kept).encode())


def _parse(lines: list[bytes]) -> list[dict[str, float]]:
    metrics: list[dict[str, float]] = []
    for line in lines:
        with suppress(ValueError):
            values = parse_json(line)
            metrics += [values] if _is_complete(values) else []
    return metrics


def _is_complete(values: Any) -> bool:
    """Returns True for a mapping that has every metric, each a finite number."""
    if not isinstance(values, dict):
        return False
    numbers = [values.get(field.name) for field in fields(FrameMetrics)]
    return all(isinstance(number, int | float) and isfinite(number) for number in numbers)
