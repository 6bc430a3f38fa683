"""Deforum's noise in 8 bits: drawn at multiples of 64 pixels, upscaled by nearest pixels, truncated."""

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.noise import Perlin, perlin_field, white
from animator.images.side_stream import to_device

_GRAIN = 64


def deforum_noise(
    image: Tensor,
    amount: float,
    perlin: Perlin | None,
    generator: torch.Generator,
    mask: Tensor | None = None,
) -> Tensor:
    """Returns the image (3, H, W), in steps of 1/255, with the noise of the Deforum extension 3.0.

    Args:
        image: (3, H, W), [0, 1].
        amount: Weight of the noise, 0 to 1.
        perlin: Shape of the noise; None is uniform.
        generator: On the CPU.
        mask: (H, W), [0, 1], rounded to 0 or 1. Outside it the noise is mid-gray and still blended in.
    """
    height, width = image.shape[-2:]
    rows, columns = _floor_to_grain(height), _floor_to_grain(width)
    noise = to_device(white(rows, columns, generator), image.device)
    if perlin is not None:
        noise *= perlin_field(perlin, rows, columns, generator, image.device).add_(1.0).mul_(0.5)
    noise = functional.interpolate(noise.unsqueeze(0), (height, width), mode="nearest").squeeze(0)
    if mask is not None:
        noise *= mask.round()
    levels = noise.clamp_(-1.0, 1.0).add_(1.0).mul_(127.5).floor_().flip(0)
    mixed = (image * 255.0).round_().mul_(1.0 - amount).add_(levels, alpha=amount)
    return mixed.round_().clamp_(0.0, 255.0).div_(255.0)


def _floor_to_grain(size: int) -> int:
    return size - size % _GRAIN if size >= _GRAIN else size
