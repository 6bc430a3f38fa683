"""Progress on standard error: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import time
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Display

from animator.core.printable import printable
from animator.runs.progress import Phase, Progress

LINE_SECONDS = 15.0
"""Time between two lines where there is no terminal."""


Shown = TypeVar("Shown", bound="Bars")


class Bars:
    """Bars on a terminal alone; shown within the `with` block of a subclass."""

    def __init__(self, *columns: ProgressColumn) -> None:
        """Initializes them without any bar.

        Args:
            columns: What stands between the bar and the time that is left.
        """
        self._console = Console(stderr=True)
        self._bar = Display(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *columns,
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def __enter__(self: Shown) -> Shown:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class FrameBars(Bars):
    """Bars that count frames."""

    def __init__(self, count: str) -> None:
        """Initializes them without any bar.

        Args:
            count: What stands behind the number of frames; rich fills in a task's fields.
        """
        super().__init__(MofNCompleteColumn(), TextColumn(count))


class ProgressBar(FrameBars):
    """Progress bar of one film; call it with each `Progress`."""

    def __init__(self, title: str) -> None:
        """Initializes the bar of a film with this title, which may be any text."""
        super().__init__("frames  {task.fields[pace]}  ETA")
        self._task = self._bar.add_task(printable(title), total=None, pace="- s/frame")
        self._title = printable(title)
        self._last_line = 0.0

    def enter(self, phase: Phase) -> None:
        """Shows another phase; where there is no terminal, those after the last frame."""
        self._bar.update(self._task, description=f"{self._title}  {phase.value}")
        if not self._console.is_terminal and phase not in (Phase.LOADING, Phase.RENDERING):
            sys.stderr.write(f"{self._title}: {phase.value}\n")

    def __call__(self, progress: Progress) -> None:
        """Shows the progress."""
        self._bar.update(self._task, completed=progress.done, total=progress.frames, pace=progress.pace)
        if self._console.is_terminal:
            return
        now = time.monotonic()
        if now - self._last_line >= LINE_SECONDS or progress.done == progress.frames:
            self._last_line = now
            count = f"{progress.done}/{progress.frames} frames"
            sys.stderr.write(f"{self._title}: {count}, {progress.pace}, ETA {progress.eta}\n")


class Counter:
    """Prints a line every few seconds about the images of a video; call it after each image."""

    def __init__(self) -> None:
        self._last_line = time.monotonic()

    def __call__(self, name: str, done: int, count: int) -> None:
        """Prints the count if the last line is old enough."""
        now = time.monotonic()
        if now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            sys.stderr.write(f"{printable(name)}: {done}/{count} images\n")
