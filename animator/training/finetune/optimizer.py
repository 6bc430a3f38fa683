"""`Updater`: torch's AdamW with a learning rate for images and one for texts, and what clips gradients."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from animator.training.finetune.groups import OptimizerSettings
from animator.training.finetune.rates import RateSchedule
from animator.training.finetune.targets.target import Target


@dataclass(frozen=True, eq=False)
class Updater:
    """Changes the weights by their gradients.

    Attributes:
        optimizer: torch's.
        rates: Learning rate of each of its groups.
        settings: Warmup and clipping.
    """

    optimizer: torch.optim.Optimizer
    rates: tuple[RateSchedule, ...]
    settings: OptimizerSettings

    @classmethod
    def of(
        cls, target: Target, rate: RateSchedule, text_rate: RateSchedule, settings: OptimizerSettings
    ) -> "Updater":
        """Returns the updater of what is trained."""
        groups = [(target.image_weights, rate), (target.text_weights, text_rate)]
        used = [(list(weights.values()), own) for weights, own in groups if weights]
        optimizer = torch.optim.AdamW(
            [{"params": weights} for weights, _ in used], lr=1.0, weight_decay=settings.weight_decay
        )
        return cls(optimizer, tuple(own for _, own in used), settings)

    @property
    def weights(self) -> list[nn.Parameter]:
        """All weights."""
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]

    def rates_at(self, step: int) -> list[float]:
        """Returns the learning rate of each group in a step, counted from 0."""
        warm = min(1.0, (step + 1) / self.settings.warmup) if self.settings.warmup else 1.0
        return [own.at(step) * warm for own in self.rates]

    def step(self, step: int) -> None:
        """Changes the weights by their gradients, and forgets these."""
        self._clip(weight for weight in self.weights if weight.grad is not None)
        for group, rate in zip(self.optimizer.param_groups, self.rates_at(step), strict=True):
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def _clip(self, weights: Iterable[Tensor]) -> None:
        limit = self.settings.clip
        if not limit:
            return
        if self.settings.clip_by == "value":
            nn.utils.clip_grad_value_(weights, limit)
        else:
            nn.utils.clip_grad_norm_(weights, limit)
