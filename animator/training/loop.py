"""The training loop that all stages share: steps, weight averaging, loss curve, resumable state."""

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
from animator.training.progress import TrainState, read_curve, restore, save_state, write_curve

_CLIP = 2.0  # largest norm of a gradient


class Task(Protocol):
    """Networks with a loss and an evaluation. Random numbers must follow from the step alone."""

    networks: nn.ModuleDict
    compute: Compute

    def loss(self, step: int) -> Tensor:
        """Returns the differentiable loss () of a step."""

    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """Returns named metrics of the networks on held-out data."""


@dataclass(frozen=True)
class TrainConfig:
    """Length and learning rate of a training.

    Attributes:
        steps: Steps in all.
        rate: Learning rate after the warmup.
        warmup: Steps until the learning rate is reached.
        anneal: Steps at the end over which the learning rate falls to zero.
        ema_decay: Decay of the exponential moving average of the weights.
        every: Steps between two evaluations; the state is saved with each.
    """

    steps: int
    rate: float
    warmup: int = 100
    anneal: int = 0
    ema_decay: float = 0.998
    every: int = 200

    def rate_at(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        falling = min(1.0, (self.steps - step) / self.anneal) if self.anneal else 1.0
        return self.rate * min(1.0, (step + 1) / self.warmup) * math.sin(falling * math.pi / 2) ** 2

    def with_steps(self, steps: int) -> "TrainConfig":
        """Returns a copy with another number of steps; `anneal` stays the same fraction of them."""
        return replace(self, steps=steps, anneal=round(self.anneal * steps / self.steps))


def train(
    task: Task,
    config: TrainConfig,
    folder: Path,
    report: Callable[[dict[str, float]], None] = lambda line: None,
) -> nn.ModuleDict:
    """Trains the networks of a task; returns a copy with the moving average of their weights.

    If the folder has a state, training resumes from it: interrupted anywhere, it repeats the steps since the
    last evaluation and gives the same bits as if it had never stopped, on the same machine.

    Args:
        task: Networks and their loss.
        config: Length and learning rate.
        folder: Folder of the state and the loss curve; created if missing.
        report: Called with every line of the loss curve.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ema = copy.deepcopy(task.networks).requires_grad_(requires_grad=False).eval()
    precision = torch.bfloat16 if task.compute.half else torch.float32
    state = TrainState(task.networks, ema, Optimizer(task.networks, precision=precision))
    first = restore(folder, state)
    curve, losses = read_curve(folder, first), []
    for step in range(first, config.steps):
        losses.append(_step(task, state, config, step))
        if (step + 1) % config.every == 0 or step + 1 == config.steps:
            if task.compute.distributed.is_main:
                average = math.fsum(x.item() for x in losses) / len(losses)
                line = {"step": step + 1, "rate": config.rate_at(step), "loss": average, **task.measure(ema)}
                curve.append(line)
                write_curve(folder, curve)
                save_state(folder, state, step + 1)
                report(line)
            losses = []
            task.compute.distributed.barrier()
    return ema


def _step(task: Task, state: TrainState, config: TrainConfig, step: int) -> Tensor:
    """Runs one optimizer step; returns its loss (), still on the device."""
    loss = task.loss(step)
    torch.autograd.backward(loss)
    parameters = [p for p in task.networks.parameters() if p.grad is not None]
    task.compute.distributed.average_gradients(p.grad for p in parameters if p.grad is not None)
    nn.utils.clip_grad_norm_(parameters, _CLIP)
    state.optimizer.step(config.rate_at(step), step + 1)
    task.networks.zero_grad(set_to_none=True)
    _update_ema(state, min(config.ema_decay, (step + 1) / (step + 20)))
    return loss.detach()


@torch.no_grad()
def _update_ema(state: TrainState, decay: float) -> None:
    averages: list[Tensor] = [*state.ema.parameters()]
    weights: list[Tensor] = [*state.networks.parameters()]
    torch._foreach_lerp_(averages, weights, 1 - decay)
