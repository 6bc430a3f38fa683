"""How far a film is, told on standard error: a bar on a terminal, lines now and then elsewhere."""

import sys
import time
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

LINE_SECONDS = 15.0
"""How often a log gets a line where there is no terminal."""


@dataclass(frozen=True)
class Progress:
    """How far a film is.

    Attributes:
        done: Frames on disk.
        frames: Frames of the film.
        seconds: Time since this sitting began.
        rendered: Frames rendered in this sitting.
    """

    done: int
    frames: int
    seconds: float
    rendered: int

    @property
    def pace(self) -> str:
        """Seconds per frame, for a person."""
        return f"{self.seconds / self.rendered:.2f} s/frame" if self.rendered else "- s/frame"

    @property
    def eta(self) -> str:
        """Time to go, for a person."""
        if not self.rendered:
            return "-:--"
        left = round(self.seconds / self.rendered * (self.frames - self.done))
        return f"{left // 60}:{left % 60:02d}"


class ProgressBar:
    """Shows advances while in its `with` block; call it with each."""

    def __init__(self, title: str) -> None:
        self._console = Console(stderr=True)
        self._bar = RichProgress(
            TextColumn(title),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("frames  {task.fields[pace]}  ETA"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=None, pace="- s/frame")
        self._title = title
        self._last_line = 0.0

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, advance: Progress) -> None:
        """Shows how far the film is."""
        self._bar.update(self._task, completed=advance.done, total=advance.frames, pace=advance.pace)
        if self._console.is_terminal:
            return
        now = time.monotonic()
        if now - self._last_line >= LINE_SECONDS or advance.done == advance.frames:
            self._last_line = now
            line = f"{self._title}: {advance.done}/{advance.frames} frames, {advance.pace}, ETA {advance.eta}"
            sys.stderr.write(f"{line}\n")


class Counter:
    """Tells now and then how far films of finished frames are; call it with each picture."""

    def __init__(self) -> None:
        self._last_line = time.monotonic()

    def __call__(self, name: str, done: int, count: int) -> None:
        """Shows how far a film is."""
        now = time.monotonic()
        if now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            sys.stderr.write(f"{name}: {done}/{count} pictures\n")
