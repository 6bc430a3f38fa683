"""The training loop that all stages share: a step, a running mean, a curve, a state to go on from."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from animator.training.compute import Compute
from animator.training.optimizer import Optimizer
from animator.training.progress import Trained, read_curve, restore, save_state, write_curve

_CLIP = 2.0  # largest norm of a gradient


class Task(Protocol):
    """What is trained, and how well it does. Chance must follow from the step alone."""

    networks: nn.ModuleDict
    compute: Compute

    def loss(self, step: int) -> Tensor:
        """The loss () of a step, whose gradient is taken."""

    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """Named measurements of the networks on held-out data."""


@dataclass(frozen=True)
class TrainConfig:
    """How long and how fast.

    Attributes:
        steps: Steps in all.
        rate: Learning rate after warming up.
        warmup: Steps until the rate is reached.
        anneal: Steps at the end over which the rate falls to nothing.
        mean: Decay of the running mean of the weights.
        every: Steps between two measurements; the state is saved with each.
    """

    steps: int
    rate: float
    warmup: int = 100
    anneal: int = 0
    mean: float = 0.998
    every: int = 200

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        falling = min(1.0, (self.steps - step) / self.anneal) if self.anneal else 1.0
        return self.rate * min(1.0, (step + 1) / self.warmup) * math.sin(falling * math.pi / 2) ** 2

    def lasting(self, steps: int) -> "TrainConfig":
        """The course with another number of steps; the rate falls over the same share of them."""
        return replace(self, steps=steps, anneal=round(self.anneal * steps / self.steps))


def train(
    task: Task,
    course: TrainConfig,
    folder: Path,
    report: Callable[[dict[str, float]], None] = lambda line: None,
) -> nn.ModuleDict:
    """The running mean of the trained networks, from the folder's state on if it has one.

    Interrupted anywhere, it goes on from the last measurement and gives the same bits as if it had never
    stopped, on the same machine.

    Args:
        task: Networks and their loss.
        course: Length and rate.
        folder: Where the state and the curve are; created.
        report: Called with every line of the curve.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mean = copy.deepcopy(task.networks).requires_grad_(requires_grad=False).eval()
    precision = torch.bfloat16 if task.compute.half else torch.float32
    trained = Trained(task.networks, mean, Optimizer(task.networks, precision=precision))
    done = restore(folder, trained)
    curve, losses = read_curve(folder, done), []
    for step in range(done, course.steps):
        losses.append(_step(task, trained, course, step))
        if (step + 1) % course.every == 0 or step + 1 == course.steps:
            if task.compute.team.leads:
                average = math.fsum(x.item() for x in losses) / len(losses)
                line = {"step": step + 1, "rate": course.rate_at(step), "loss": average, **task.measure(mean)}
                curve.append(line)
                write_curve(folder, curve)
                save_state(folder, trained, step + 1)
                report(line)
            losses = []
            task.compute.team.meet()
    return mean


def _step(task: Task, trained: Trained, course: TrainConfig, step: int) -> Tensor:
    """Takes one step; returns its loss, still on the device."""
    loss = task.loss(step)
    torch.autograd.backward(loss)
    parameters = [p for p in task.networks.parameters() if p.grad is not None]
    task.compute.team.average(p.grad for p in parameters if p.grad is not None)
    nn.utils.clip_grad_norm_(parameters, _CLIP)
    trained.optimizer.step(course.rate_at(step), step + 1)
    task.networks.zero_grad(set_to_none=True)
    _average(trained, min(course.mean, (step + 1) / (step + 20)))
    return loss.detach()


@torch.no_grad()
def _average(trained: Trained, decay: float) -> None:
    means: list[Tensor] = [*trained.mean.parameters()]
    values: list[Tensor] = [*trained.networks.parameters()]
    torch._foreach_lerp_(means, values, 1 - decay)
