"""Progress of a training on standard error: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import time
from typing import TYPE_CHECKING

from rich.progress import MofNCompleteColumn, TextColumn

from animator.core.printable import printable
from animator.runs.progress_bar import LINE_SECONDS, Bars
from animator.training.finetune.told import smoothed

if TYPE_CHECKING:
    from animator.training.finetune.loop import TrainingStep
    from animator.training.finetune.told import TrainingPhase


class TrainingBar(Bars):
    """Progress bar of a training; call it with each `TrainingStep`, within a `with` block."""

    def __init__(self, title: str) -> None:
        """Initializes the bar of a training."""
        super().__init__(MofNCompleteColumn(), TextColumn("steps  loss {task.fields[loss]}  ETA"))
        self._title = printable(title)
        self._task = self._bar.add_task(self._title, total=None, loss="-")
        self._last_line = 0.0
        self._loss: float | None = None

    def enter(self, phase: "TrainingPhase", done: int, total: int) -> None:
        """Shows what is done before and between the steps."""
        words = phase.value
        self._bar.update(
            self._task, description=f"{self._title}  {words} {done}/{total}" if total > 1 else words
        )
        if not self._console.is_terminal and self._is_due():
            sys.stderr.write(f"{self._title}: {words} {done}/{total}\n")

    def __call__(self, step: "TrainingStep") -> None:
        """Shows a step."""
        self._loss = smoothed(self._loss, step.loss)
        self._bar.update(
            self._task,
            completed=step.step,
            total=step.steps,
            loss=f"{self._loss:.4f}",
            description=f"{self._title}  training",
        )
        if not self._console.is_terminal and (self._is_due() or step.step == step.steps):
            pace = step.seconds / max(1, step.step - step.first)
            left = pace * (step.steps - step.step)
            sys.stderr.write(
                f"{self._title}: step {step.step}/{step.steps}, loss {self._loss:.4f}, {pace:.2f} s/step, "
                f"{left:.0f} s left\n"
            )

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now - self._last_line < LINE_SECONDS:
            return False
        self._last_line = now
        return True
