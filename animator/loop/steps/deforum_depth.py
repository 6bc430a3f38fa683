"""Depth as the Deforum extension 3.0 places it in its 3D warp, by the name of its network (`compat`)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.depth_map import prepare_depth, usable
from animator.models.depth.blend import aligned_distance

Step = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class DeforumScaling:
    """Scales every map on its own; one value that is not finite makes the whole map a plane.

    Attributes:
        answer: Turns nearness (H, W) back into what Deforum's network returns (H, W).
        place: Turns that into distances z (H, W).
    """

    answer: Step
    place: Step

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """The estimate itself."""
        return nearness

    def normalize(self, kept: Tensor) -> Tensor:
        """2 - z (H, W); below 0 where a network's raw distances go beyond 2."""
        answer = self.answer(kept)
        return 2.0 - torch.where(torch.isfinite(answer).all(), self.place(answer), 1.0)


def deforum_scaling(model: str) -> DeforumScaling:
    """How Deforum reads the maps of the network that `depth.model` names; any other name is like MiDaS."""
    return _BY_NAME.get(model.strip().lower(), _INVERSE)


def _unchanged(depth: Tensor) -> Tensor:
    return depth


def _from_inverse(answer: Tensor) -> Tensor:
    return torch.where(usable(answer), 2.0 - prepare_depth(answer), 1.0)


def _from_distance(answer: Tensor) -> Tensor:
    return torch.where(usable(answer), 1.0 + prepare_depth(answer), 1.0)


_INVERSE = DeforumScaling(_unchanged, _from_inverse)
_BY_NAME = {
    "leres": DeforumScaling(torch.neg, _from_distance),  # its substitute returns inverse depth
    "zoe": DeforumScaling(torch.reciprocal, _from_distance),
    "adabins": DeforumScaling(torch.reciprocal, _from_distance),
    "midas+adabins (old)": DeforumScaling(aligned_distance, _unchanged),
    "zoe+adabins (old)": DeforumScaling(torch.reciprocal, _unchanged),
}
