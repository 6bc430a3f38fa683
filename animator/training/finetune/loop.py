"""`train`: steps of a training, with states on disk from which it resumes to the same bits."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from animator.errors import AnimatorError
from animator.generation.progress import StopSignal
from animator.training.finetune.curve import LINE_STEPS, Curve
from animator.training.finetune.objective import Objective
from animator.training.finetune.optimizer import Updater
from animator.training.finetune.seeded import seeded
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.state import State


@dataclass(frozen=True)
class TrainingStep:
    """A finished step.

    Attributes:
        step: Finished steps.
        steps: Steps in all.
        loss: Its loss.
        rate: Learning rate of the first weights.
        seconds: Since this session began.
        first: Finished steps when this session began.
    """

    step: int
    steps: int
    loss: float
    rate: float
    seconds: float
    first: int


@dataclass(frozen=True, eq=False)
class Loop:
    """What the steps of a training need.

    Attributes:
        settings: The training.
        objective: The loss.
        updater: Changes the weights.
        state: What is saved.
        folder: The run folder.
        report: Is called with each step.
        preview: Is called with the number of finished steps where a sheet is due.
    """

    settings: TrainingSettings
    objective: Objective
    updater: Updater
    state: State
    folder: Path
    report: Callable[[TrainingStep], None]
    preview: Callable[[int], None]

    def run(self, stop: StopSignal | None = None) -> bool:
        """Runs the steps that are left; returns False where a stop was requested before the last one.

        Raises:
            AnimatorError: The loss is not a number any more.
            RunError: The state on disk is damaged, or of another training.
            OSError: The disk is full; the last state is kept.
        """
        first = self.state.restore(self.folder)
        steps = self.settings.steps or 0
        curve, losses, began = Curve(self.folder), list[float](), time.monotonic()
        curve.cut(first)
        if first == 0 or self._shows(first):
            self.preview(first)  # one that a full disk kept from being written
        for step in range(first, steps):
            loss = self._step(step)
            losses.append(loss)
            done = step + 1
            rate = self.updater.rates_at(step)[0]
            if done % LINE_STEPS == 0 or done == steps:
                curve.add(done, losses, rate)
                losses = []
            is_stopped = stop is not None and stop.is_set
            self.report(TrainingStep(done, steps, loss, rate, time.monotonic() - began, first))
            if done % self.settings.save_every == 0 or done == steps or is_stopped:
                self.state.save(self.folder, done)
            if self._shows(done):
                self.preview(done)
            if is_stopped and done < steps:
                return False
        return True

    def _shows(self, done: int) -> bool:
        """Returns True if there is a sheet after this number of steps."""
        every = self.settings.preview.every
        return done == self.settings.steps or bool(every and done % every == 0)

    def _step(self, step: int) -> float:
        """Makes a step; returns its loss."""
        total, count = 0.0, self.settings.accumulate
        with seeded(self.settings.seed, step):
            for part in range(count):
                loss = self.objective.of(step * count + part) / count
                torch.autograd.backward(loss)
                total += loss.item()
        if not math.isfinite(total):
            raise AnimatorError(
                f"the loss of step {step + 1} is not a number any more; the last state on disk is kept. "
                "Train from the start with a lower rate, or with precision fp32"
            )
        self.updater.step(step)
        return total
