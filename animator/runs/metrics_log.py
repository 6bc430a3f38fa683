"""The file in which a run keeps what was measured on its frames."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.images.metrics import FrameMetrics


@dataclass(frozen=True)
class MetricsLog:
    """What was measured on each frame of a run: a line of JSON a frame.

    Attributes:
        path: The file.
    """

    path: Path

    def read(self) -> list[dict[str, float]]:
        """What is there, in order of frames; torn lines are left out."""
        if not self.path.exists():
            return []
        found: list[dict[str, float]] = []
        for line in self.path.read_bytes().splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def add(self, vital: FrameMetrics) -> None:
        """Adds a frame's.

        Raises:
            OSError: The disk is full, and so on.
        """
        try:
            with self.path.open("a") as file:
                file.write(json.dumps(vital.plain()) + "\n")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def cut(self, frames: int) -> None:
        """Keeps those of the first frames only."""
        kept = [line for line in self.read() if line["frame"] < frames]
        atomic_write(self.path, "".join(json.dumps(line) + "\n" for line in kept).encode())
