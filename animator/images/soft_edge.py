"""A soft edge around a mask."""

import torch
from torch import Tensor
from torch.nn import functional


def soft_edge(mask: Tensor, width_px: float) -> Tensor:
    """Returns the mask (H, W) with a ramp around it that falls to 0 over about `width_px` pixels.

    Inside the mask it stays 1, however thin it is. At the edge of the image the mask ends as if it went on.

    Args:
        mask: (H, W), 0 or 1.
        width_px: Width of the ramp in pixels, rounded to an even number; below 1 returns the mask.
    """
    radius = round(width_px / 2)
    if radius == 0:
        return mask
    size = 2 * radius + 1
    soft = mask.view(1, 1, *mask.shape)
    for kernel, padding in (((size, 1), (radius, 0)), ((1, size), (0, radius))):
        soft = functional.max_pool2d(soft, kernel, 1, padding)
    soft = functional.pad(soft, (radius,) * 4, mode="replicate")
    for kernel in ((size, 1), (1, size)):
        soft = functional.avg_pool2d(soft, kernel, 1)
    return torch.maximum(soft.view_as(mask), mask)
