"""Depth as the Deforum extension 3.0 scales it for its 3D warp, by the name of its network (`compat`)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.depth_map import is_usable, prepare_depth
from animator.models.depth.blend import aligned_distance

DepthFunction = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class DeforumScaling:
    """Scales every map on its own; one value that is not finite makes the whole map a plane.

    Attributes:
        to_output: Turns nearness (H, W) back into what Deforum's network returns (H, W).
        to_distance: Turns that into distances z (H, W).
    """

    to_output: DepthFunction
    to_distance: DepthFunction

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """Returns the estimate itself."""
        return nearness

    def normalize(self, stored: Tensor) -> Tensor:
        """Returns 2 - z (H, W); below 0 where a network's raw distances go beyond 2."""
        output = self.to_output(stored)
        return 2.0 - torch.where(torch.isfinite(output).all(), self.to_distance(output), 1.0)


def deforum_scaling(model: str) -> DeforumScaling:
    """Returns Deforum's scaling for the network in `depth.model`; unknown names are scaled like MiDaS."""
    return _BY_NAME.get(model.strip().lower(), _INVERSE)


def _unchanged(depth: Tensor) -> Tensor:
    return depth


def _from_inverse(output: Tensor) -> Tensor:
    return torch.where(is_usable(output), 2.0 - prepare_depth(output), 1.0)


def _from_distance(output: Tensor) -> Tensor:
    return torch.where(is_usable(output), 1.0 + prepare_depth(output), 1.0)


_INVERSE = DeforumScaling(_unchanged, _from_inverse)
_BY_NAME = {
    "leres": DeforumScaling(torch.neg, _from_distance),  # its substitute returns inverse depth
    "zoe": DeforumScaling(torch.reciprocal, _from_distance),
    "adabins": DeforumScaling(torch.reciprocal, _from_distance),
    "midas+adabins (old)": DeforumScaling(aligned_distance, _unchanged),
    "zoe+adabins (old)": DeforumScaling(torch.reciprocal, _unchanged),
}
