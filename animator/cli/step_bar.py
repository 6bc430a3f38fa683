"""Progress of single images on standard error: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Display

from animator.generation.progress import GenerationStep
from animator.runs.progress_bar import LINE_SECONDS


class StepBar:
    """Progress bar of a generation; call it with each `GenerationStep`, within a `with` block."""

    def __init__(self) -> None:
        """Initializes the bar; it shows nothing yet."""
        self._console = Console(stderr=True)
        self._bar = Display(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("ETA"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("loading the model", total=1.0)
        self._last_line = time.monotonic()

    def __enter__(self) -> "StepBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, step: GenerationStep) -> None:
        """Shows a step."""
        image = f"image {step.image + 1}/{step.images}, " if step.images > 1 else ""
        text = f"{image}step {step.step + 1}/{step.steps}"
        self._bar.update(self._task, completed=step.progress, description=text)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            sys.stderr.write(f"{text}, {step.progress:.0%}\n")
