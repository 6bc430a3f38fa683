"""Preprocessors make a control image from an image: Canny, depth, blur, tile. Only depth needs weights.

A preprocessor takes and returns an image (3, H, W), RGB in [0, 1], on its device. Thresholds are those of the
ControlNet extension for A1111, in 8-bit units if they are brightness.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from animator.images.depth_map import normalize
from animator.images.image import from_uint8, to_uint8
from animator.models.depth.model import DepthModel

Preprocessor = Callable[[Tensor], Tensor]

CANNY = 100.0, 200.0
BLUR_SIGMA = 9.0
TILE_RATE = 1.0


def find_preprocessor(
    name: str, thresholds: tuple[float | None, float | None], open_depth: Callable[[], DepthModel]
) -> Preprocessor:
    """Returns the preprocessor of a name with its thresholds.

    Args:
        name: "canny", "depth", "blur" or "tile"; any other returns images unchanged.
        thresholds: Threshold A and B of the preprocessor; None for its default.
        open_depth: Opens the depth network for "depth".
    """
    low, high = thresholds
    if name == "canny":
        return partial(canny, low=_default(low, CANNY[0]), high=_default(high, CANNY[1]))
    if name == "depth":
        return partial(depth, model=open_depth())
    if name == "blur":
        return partial(blur, sigma=_default(low, BLUR_SIGMA))
    if name == "tile":
        return partial(tile, rate=_default(low, TILE_RATE))
    return unchanged


def unchanged(image: Tensor) -> Tensor:
    """Returns the image itself, for control images that are already preprocessed."""
    return image


def canny(image: Tensor, low: float, high: float) -> Tensor:
    """Returns white edges on black (Canny 1986), one pixel wide.

    Args:
        image: (3, H, W).
        low: Gradients above this continue an edge.
        high: Gradients above this start an edge.
    """
    edges = cv2.Canny(np.ascontiguousarray(to_uint8(image)), low, high)
    return from_uint8(np.repeat(edges[:, :, None], 3, axis=2), image.device)


def depth(image: Tensor, model: DepthModel) -> Tensor:
    """Returns inverse depth as gray (3, H, W): white is nearest, black farthest."""
    return normalize(model.estimate(image)).expand(3, -1, -1).contiguous()


def blur(image: Tensor, sigma: float) -> Tensor:
    """Returns the image (3, H, W) blurred by a Gaussian of `sigma` pixels; 0 returns it unchanged."""
    if sigma <= 0:
        return image
    radius = min(int(np.ceil(3 * sigma)), min(image.shape[1:]) - 1)
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float32, device=image.device)
    weights = torch.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (weights / weights.sum()).expand(3, 1, 1, -1)
    padded = functional.pad(image[None], (radius, radius, radius, radius), mode="reflect")
    horizontal = functional.conv2d(padded, weights, groups=3)
    return functional.conv2d(horizontal, weights.transpose(2, 3), groups=3)[0]


def tile(image: Tensor, rate: float) -> Tensor:
    """Returns the image (3, H, W) downsampled by `rate` and back; unchanged for a rate up to 1."""
    if rate <= 1:
        return image
    height, width = image.shape[1:]
    small = functional.interpolate(
        image[None], (max(1, round(height / rate)), max(1, round(width / rate))), mode="area"
    )
    return _resize(small[0], (height, width))


def resize_to(image: Tensor, size: tuple[int, int], how: str) -> Tensor:
    """Returns the image resized to a width and height.

    Args:
        image: (3, H, W).
        size: Width and height.
        how: Keeps the aspect ratio with "crop" (cuts off the excess) or "pad" (adds black bars), or not with
            "stretch".
    """
    width, height = size
    old_height, old_width = image.shape[1:]
    if (old_width, old_height) == size:
        return image
    if how == "stretch":
        return _resize(image, (height, width))
    choose = max if how == "crop" else min
    scale = choose(width / old_width, height / old_height)
    image = _resize(image, (max(1, round(old_height * scale)), max(1, round(old_width * scale))))
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    # Negative padding crops.
    sides = (-left, width - image.shape[2] + left, -top, height - image.shape[1] + top)
    return functional.pad(image, sides)


def _resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns the image (3, h, w) resized to a height and width; bicubic, antialiased."""
    scaled = functional.interpolate(image[None], size, mode="bicubic", align_corners=False, antialias=True)
    return scaled[0].clamp(0.0, 1.0)


def _default(threshold: float | None, default: float) -> float:
    return default if threshold is None else threshold
