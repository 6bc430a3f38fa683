"""Tasks of a batch and their outcomes."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Status(str, Enum):
    """Status of a film of a batch."""

    WAITING = "waiting"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Task:
    """One film to render.

    Attributes:
        preset: Its preset or settings file.
        folder: Its run folder.
        overrides: `key=value` texts for the preset.
        cell: Those that a grid gives this film alone; `overrides` has them, too.
    """

    preset: Path
    folder: Path
    overrides: tuple[str, ...] = ()
    cell: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The preset, and the film's settings in a grid."""
        return " ".join((str(self.preset), *self.cell))


@dataclass(frozen=True)
class Outcome:
    """Outcome of a task.

    Attributes:
        task: The task.
        status: Its status.
        done: Frames on disk.
        frames: Frames of the film; 0 where its preset cannot be read.
        seconds: Duration in this session.
        films: The finished video, and the extra ones.
        error: Message of the error; empty where there is none.
    """

    task: Task
    status: Status = Status.WAITING
    done: int = 0
    frames: int = 0
    seconds: float = 0.0
    films: tuple[Path, ...] = ()
    error: str = ""

    def plain(self) -> dict[str, Any]:
        """Returns the outcome as a dict for JSON."""
        return {
            "preset": str(self.task.preset),
            "grid": list(self.task.cell),
            "folder": str(self.task.folder),
            "status": self.status.value,
            "done": self.done,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "films": [str(film) for film in self.films],
            "error": self.error,
        }
