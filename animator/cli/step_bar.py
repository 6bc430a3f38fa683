"""Progress of single images on standard error: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import time

from rich.progress import TaskProgressColumn, TextColumn

from animator.generation.progress import GenerationStep
from animator.runs.progress_bar import LINE_SECONDS, Bars


class StepBar(Bars):
    """Progress bar of a generation; call it with each `GenerationStep`, within a `with` block."""

    def __init__(self) -> None:
        """Initializes the bar; it shows nothing yet."""
        super().__init__(TaskProgressColumn(), TextColumn("ETA"))
        self._task = self._bar.add_task("loading the model", total=1.0)
        self._last_line = time.monotonic()

    def __call__(self, step: GenerationStep) -> None:
        """Shows a step."""
        image = f"image {step.image + 1}/{step.images}, " if step.images > 1 else ""
        text = f"{image}step {step.step + 1}/{step.steps}"
        self._bar.update(self._task, completed=step.progress, description=text)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            sys.stderr.write(f"{text}, {step.progress:.0%}\n")
