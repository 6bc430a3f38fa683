"""Less detail, or none in its place: blurred, downsampled, shuffled images."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from animator.models.controlnet.preprocessors.resize import resize
from schedules.seeds import derive

_SHUFFLE_CELLS = 3
"""Cells of the coarse grid, along each side, between whose random shifts those of a shuffle are smooth."""
_SHUFFLE_REACH = 0.5
"""Standard deviation of those shifts, as a share of the side."""


def blur(image: Tensor, sigma: float) -> Tensor:
    """Returns the image (C, H, W) blurred by a Gaussian of `sigma` pixels; 0 returns it unchanged."""
    radius = min(int(np.ceil(3 * sigma)), min(image.shape[1:]) - 1)
    if sigma <= 0 or radius < 1:
        return image
    channels = image.shape[0]
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float32, device=image.device)
    weights = torch.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (weights / weights.sum()).expand(channels, 1, 1, -1)
    padded = functional.pad(image[None], (radius, radius, radius, radius), mode="reflect")
    horizontal = functional.conv2d(padded, weights, groups=channels)
    return functional.conv2d(horizontal, weights.transpose(2, 3), groups=channels)[0]


def tile(image: Tensor, rate: float) -> Tensor:
    """Returns the image (3, H, W) downsampled by `rate` and back; unchanged for a rate up to 1."""
    if rate <= 1:
        return image
    height, width = image.shape[1:]
    small = functional.interpolate(
        image[None], (max(1, round(height / rate)), max(1, round(width / rate))), mode="area"
    )
    return resize(small[0], (height, width))


def shuffle(image: Tensor, seed: float) -> Tensor:
    """Returns the image with its parts moved and bent at random: its colors and textures without its content.

    The same seed moves the parts alike at every size and on every frame, so that a clip is not shaken.

    Args:
        image: (3, H, W).
        seed: Chooses the shifts; a whole number.
    """
    generator = torch.Generator().manual_seed(derive(int(seed), 0, "controlnet shuffle"))
    shifts = torch.randn((1, 2, _SHUFFLE_CELLS + 1, _SHUFFLE_CELLS + 1), generator=generator)
    height, width = image.shape[1:]
    smooth = functional.interpolate(
        shifts.to(image.device) * _SHUFFLE_REACH * 2, (height, width), mode="bicubic", align_corners=True
    )
    rows = torch.linspace(-1, 1, height, device=image.device).view(-1, 1).expand(height, width)
    columns = torch.linspace(-1, 1, width, device=image.device).expand(height, width)
    grid = torch.stack([columns, rows]) + smooth[0]
    moved = functional.grid_sample(
        image[None], grid.permute(1, 2, 0)[None], padding_mode="reflection", align_corners=True
    )
    return moved[0].clamp_(0.0, 1.0)
