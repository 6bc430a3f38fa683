"""OpenCV's filter and remap on tensors in the CPU's memory, which they share: several times PyTorch's speed.

Results differ from PyTorch's in the last bits: by 1e-7 for filters, by 2e-6 for interpolation.
"""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor

LINEAR: int = cv2.INTER_LINEAR
CUBIC: int = cv2.INTER_CUBIC
"""Keys' kernel with a = -0.75, as PyTorch's."""
_MOST_CHANNELS = 4
_SMALLEST = 8
"""Smallest side of an image, in pixels: mirroring positions never ends in OpenCV on an image of one pixel."""
_LARGEST = 32766
"""Largest side of an image, in pixels, that OpenCV remaps."""


def is_shared(image: Tensor) -> bool:
    """Returns True if OpenCV can use the tensor's memory: float32 on the CPU, without gradients."""
    return image.device.type == "cpu" and image.dtype == torch.float32 and not image.requires_grad


def can_remap(image: Tensor, grid: Tensor) -> bool:
    """Returns True if `remap` takes an image (C, H, W) and a grid (h, w, 2), and is exact here."""
    channels, *size = image.shape
    fits = 0 < channels <= _MOST_CHANNELS and min(size) >= _SMALLEST and min(grid.shape[:2]) > 0
    is_small = max(*size, *grid.shape[:2]) <= _LARGEST
    return fits and is_small and is_shared(image) and is_shared(grid) and _remaps_exactly()


def filter_both_axes(image: Tensor, weights: Sequence[float]) -> Tensor:
    """Returns the image (C, H, W) filtered along both axes by symmetric weights, mirrored at its edges."""
    kernel = np.array(weights, dtype=np.float32)
    result = torch.empty(image.shape)
    for plane, out in zip(image.contiguous().numpy(), result.numpy(), strict=True):
        cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel, dst=out, borderType=cv2.BORDER_REFLECT_101)
    return result


def interleave(image: Tensor) -> Tensor:
    """Returns the pixels (H, W, C) of an image (C, H, W), as `remap` reads them."""
    height, width = image.shape[-2:]
    merged = cv2.merge(list(image.contiguous().numpy()))
    return torch.from_numpy(merged).view(height, width, len(image))


def deinterleave(pixels: Tensor, image: Tensor) -> None:
    """Writes pixels (H, W, C) into an image (C, H, W)."""
    cv2.split(pixels.numpy(), list(image.numpy()))


def remap(pixels: Tensor, x: Tensor, y: Tensor, interpolation: int, border: int) -> Tensor:
    """Returns pixels (h, w, C) read at positions x and y (h, w), in pixels.

    Args:
        pixels: (H, W, C).
        x: Columns; whole numbers are pixel centers.
        y: Rows.
        interpolation: `LINEAR` or `CUBIC`.
        border: OpenCV's number of the border mode.
    """
    read = cv2.remap(pixels.numpy(), x.numpy(), y.numpy(), interpolation, borderMode=border)
    return torch.from_numpy(read).view(*x.shape, pixels.shape[-1])


@cache
def _remaps_exactly() -> bool:
    """Returns True unless OpenCV rounds positions to 1/32 of a pixel, as it does before version 5."""
    ramp = torch.arange(16.0).view(1, 16, 1).expand(16, 16, 3).contiguous()
    x = torch.linspace(7.0, 7.03, 16).expand(16, 16).contiguous()
    y = torch.full_like(x, 7.3)
    reads = (remap(ramp, x, y, kind, cv2.BORDER_REPLICATE) for kind in (LINEAR, CUBIC))
    return all(bool((read.diff(dim=1) > 0.0).all()) for read in reads)
