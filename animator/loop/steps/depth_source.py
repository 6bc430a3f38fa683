"""`DepthSource`: a depth network, how often it runs, and how its maps are scaled."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from animator.images.depth_map import is_usable, normalize, prepare_depth, stabilize
from animator.models.depth.model import DepthModel, VideoDepthModel
from animator.timeline.plan import Plan


class DepthScaling(Protocol):
    """Scales a network's nearness, of any range, to [0, 1]: 1 is nearest, 0 farthest."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """Returns the map (H, W) to store for an estimate (H, W), given the one stored last."""

    def normalize(self, stored: Tensor) -> Tensor:
        """Returns the scaled map (H, W); all 1, a plane, where the stored map is flat or not finite."""


@dataclass(frozen=True)
class Equalized:
    """Scales every map on its own by equalizing its histogram, as Deforum does."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """Returns the estimate itself."""
        return nearness

    def normalize(self, stored: Tensor) -> Tensor:
        """Returns the map stretched and equalized."""
        return _unless_flat(stored, prepare_depth(stored))


@dataclass(frozen=True)
class Normalized:
    """Scales every map on its own between its extremes, which keeps proportions."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """Returns the estimate itself."""
        return nearness

    def normalize(self, stored: Tensor) -> Tensor:
        """Returns the map stretched to [0, 1]."""
        return _unless_flat(stored, normalize(stored))


@dataclass(frozen=True)
class Stabilized:
    """Fits every map to the one before, so that depth does not pump; the first map sets the scale.

    Attributes:
        kept: Share of the map before that is blended into each, in [0, 1), against flicker.
    """

    kept: float = 0.0

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """Returns the estimate in the first map's scale."""
        if last is None:
            return normalize(nearness)
        fitted = stabilize(nearness, last)
        return fitted.lerp(last, self.kept) if self.kept else fitted

    def normalize(self, stored: Tensor) -> Tensor:
        """Returns the map, clamped to the first one's range."""
        return _unless_flat(stored, stored.clamp(0.0, 1.0))


@dataclass(frozen=True)
class DepthSource:
    """Estimates the depth of a film's images.

    Attributes:
        model: The depth network.
        every: It runs every N frames.
        scaling: Scales its maps.
    """

    model: DepthModel
    every: int
    scaling: DepthScaling

    def estimate_depth(
        self, image: Tensor, plan: Plan, last: Tensor | None, past: Tensor | None = None
    ) -> Tensor:
        """Returns the image's stored depth (H, W), larger = nearer; between two estimates, the last one.

        Args:
            image: (3, H, W), before it is warped.
            plan: Of the frame it is warped to.
            last: The depth stored last; None at the start of a film.
            past: The film's images as a network that sees them wants them; None for other networks.
        """
        if last is not None and plan.frame % self.every:
            return last
        if isinstance(self.model, VideoDepthModel):
            nearness = self.model.estimate_after(past, image)
        else:
            nearness = self.model.estimate(image)
        return self.scaling.store(nearness, last)

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor | None:
        """Returns the past of the film's next image; None for a network that sees one image at a time."""
        return self.model.past_with(past, image) if isinstance(self.model, VideoDepthModel) else None


def _unless_flat(stored: Tensor, scaled: Tensor) -> Tensor:
    return torch.where(is_usable(stored), scaled, 1.0)
