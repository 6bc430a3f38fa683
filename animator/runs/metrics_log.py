"""The file of a run's frame metrics."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from animator.core.atomic import append, atomic_write
from animator.images.metrics import FrameMetrics


@dataclass(frozen=True)
class MetricsLog:
    """Frame metrics of a run: a line of JSON for each frame.

    Attributes:
        path: The file.
    """

    path: Path

    def read(self) -> list[dict[str, float]]:
        """Returns the metrics in order of frames; torn lines are skipped."""
        if not self.path.exists():
            return []
        metrics: list[dict[str, float]] = []
        for line in self.path.read_bytes().splitlines():
            with suppress(ValueError):
                metrics.append(json.loads(line))
        return metrics

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
