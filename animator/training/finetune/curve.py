"""`Curve`: the loss of a training by step, as a file in its run folder that others read meanwhile."""

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from animator.core.atomic import append, atomic_write
from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_bytes

CURVE = "curve.jsonl"
LINE_STEPS = 10
"""Steps that a line of the curve is the mean of."""
MAX_BYTES = 40_000_000
"""A line has about 70 bytes, a training a million steps at most."""


@dataclass(frozen=True)
class CurvePoint:
    """A line of a curve.

    Attributes:
        step: Finished steps.
        loss: Mean loss of the last ones.
        rate: Learning rate of the first weights.
    """

    step: int
    loss: float
    rate: float


@dataclass(frozen=True)
class Curve:
    """The curve of a training.

    Attributes:
        folder: The run folder.
    """

    folder: Path

    def read(self) -> list[CurvePoint]:
        """Returns the points in order; none where there is no file, and without torn or foreign lines."""
        try:
            lines = read_bytes(self.folder / CURVE, MAX_BYTES).splitlines()
        except UnreadableError:
            return []
        points: list[CurvePoint] = []
        for line in lines:
            with suppress(ValueError, TypeError, KeyError, OverflowError):
                values = parse_json(line)
                point = CurvePoint(int(values["step"]), float(values["loss"]), float(values["rate"]))
                points += [point] if math.isfinite(point.loss) and math.isfinite(point.rate) else []
        return points

    def cut(self, step: int) -> None:
        """Drops what comes after a step, from which a training resumes.

        Raises:
            OSError: The file cannot be written.
        """
        kept = [point for point in self.read() if point.step <= step]
        atomic_write(self.folder / CURVE, "".join(map(_line, kept)).encode())

    def add(self, step: int, losses: Sequence[float], rate: float) -> None:
        """Adds the mean of the last losses.

        Raises:
            OSError: The file is a link, or cannot be written.
        """
        point = CurvePoint(step, math.fsum(losses) / len(losses), rate)
        append(self.folder / CURVE, _line(point).encode())


def _line(point: CurvePoint) -> str:
    return f"{json.dumps(asdict(point))}\n"
