"""Depth, and the surface normals that follow from it."""

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.depth_map import normalize
from animator.models.controlnet.preprocessors.regions import blur
from animator.models.depth.model import DepthModel

_RELIEF = 1.2
"""Tangent of the tilt of a surface whose nearness rises by 1 over the image's shorter side."""
_SMOOTH = 1 / 256
"""Sigma of the blur of the depth, as a share of the shorter side: steps in it would be cliffs."""


def depth(image: Tensor, model: DepthModel) -> Tensor:
    """Returns inverse depth as gray (3, H, W): white is nearest, black farthest."""
    return normalize(model.estimate(image)).expand(3, -1, -1).contiguous()


def normal(image: Tensor, model: DepthModel, background: float) -> Tensor:
    """Returns the normals of the surfaces as colors, as ControlNets for normals know them.

    Red is more on what faces left, green on what faces up, blue on what faces the camera. The distance
    itself is unknown, only nearness without a unit, so tilts are relative.

    Args:
        image: (3, H, W).
        model: The depth network.
        background: Nearness, 0 to 1, below which everything faces the camera.
    """
    nearness = normalize(model.estimate(image))[None]
    side = min(image.shape[1:])
    soft = blur(nearness, max(0.5, _SMOOTH * side))
    padded = functional.pad(soft[None], (1, 1, 1, 1), mode="replicate")[0, 0]
    tilt = _RELIEF * side / 2
    left = (padded[1:-1, 2:] - padded[1:-1, :-2]) * tilt
    up = (padded[2:, 1:-1] - padded[:-2, 1:-1]) * tilt
    normals = torch.stack([left, up, torch.ones_like(left)])
    normals[:2] *= nearness >= background
    return functional.normalize(normals, dim=0).add_(1.0).div_(2.0)
