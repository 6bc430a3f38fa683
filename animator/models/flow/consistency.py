"""Flow that is followed only where it can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from torch import Tensor

from animator.images.sharpen import blur
from animator.models.flow.model import FlowModel


@dataclass(frozen=True)
class ConsistencyFiltered:
    """A flow times how far it can be trusted.

    Attributes:
        model: Estimates flow, here and back.
        confidence: The factor (H, W) of a flow here (2, H, W) and back (2, H, W).
        soften: Softens the factor (1, H, W).
    """

    model: FlowModel
    confidence: Callable[[Tensor, Tensor], Tensor]
    soften: Callable[[Tensor], Tensor]

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """The flow (2, H, W) between two images (3, H, W)."""
        forward = self.model(first, second, guess)
        backward = self.model(second, first)
        return forward * self.soften(self.confidence(forward, backward).unsqueeze(0))


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian blur of so many pixels."""

    sigma: float

    def __call__(self, field: Tensor) -> Tensor:
        """The blurred field (C, H, W); the field itself for 0."""
        if self.sigma == 0.0:
            return field
        reach = min(ceil(3 * self.sigma), min(field.shape[-2:]) - 1)
        return blur(field, 2 * reach + 1, self.sigma)
