"""`ConsistencyFiltered`: a flow model with flow damped where forward and backward flow disagree."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from torch import Tensor

from animator.images.sharpen import blur
from animator.models.flow.model import FlowModel


@dataclass(frozen=True)
class ConsistencyFiltered:
    """A `FlowModel` whose flow is multiplied by its confidence.

    Attributes:
        model: Estimates forward and backward flow.
        confidence: Returns the factor (H, W) of a forward and a backward flow (2, H, W).
        soften: Blurs the factor (1, H, W).
    """

    model: FlowModel
    confidence: Callable[[Tensor, Tensor], Tensor]
    soften: Callable[[Tensor], Tensor]

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W) between two images (3, H, W)."""
        forward = self.model(first, second, guess)
        backward = self.model(second, first)
        return forward * self.soften(self.confidence(forward, backward).unsqueeze(0))


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian blur.

    Attributes:
        sigma: Standard deviation in pixels.
    """

    sigma: float

    def __call__(self, field: Tensor) -> Tensor:
        """Returns the blurred field (C, H, W); the field itself for a sigma of 0."""
        if self.sigma == 0.0:
            return field
        radius = min(ceil(3 * self.sigma), min(field.shape[-2:]) - 1)
        return blur(field, 2 * radius + 1, self.sigma)
