"""What a batch is made of: tasks, and how each came out."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Status(str, Enum):
    """How far a film of a batch is."""

    WAITING = "waiting"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Task:
    """One film to be rendered.

    Attributes:
        preset: Its preset or settings file.
        folder: Its run folder.
        overrides: `key=value` texts over the preset.
    """

    preset: Path
    folder: Path
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a task came out.

    Attributes:
        task: The task.
        status: How far it is.
        done: Frames on disk.
        frames: Frames of the film; 0 where the preset cannot be read.
        seconds: Time it took in this sitting.
        films: The finished film, and those made beside it.
        error: What went wrong; empty where nothing did.
    """

    task: Task
    status: Status = Status.WAITING
    done: int = 0
    frames: int = 0
    seconds: float = 0.0
    films: tuple[Path, ...] = ()
    error: str = ""

    def plain(self) -> dict[str, Any]:
        """The outcome for JSON."""
        return {
            "preset": str(self.task.preset),
            "folder": str(self.task.folder),
            "status": self.status.value,
            "done": self.done,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "films": [str(film) for film in self.films],
            "error": self.error,
        }
