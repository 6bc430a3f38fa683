"""What is made of an image before a ControlNet sees it. None of it needs weights but depth.

A module takes and gives an image (3, H, W), RGB in [0, 1], on its device. Thresholds are those of the
ControlNet extension for A1111, in 8-bit units where they are brightness.
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


def preprocessor_of(
    name: str, thresholds: tuple[float | None, float | None], open_depth: Callable[[], DepthModel]
) -> Preprocessor:
    """The module of a name, its thresholds filled in.

    Args:
        name: "canny", "depth", "blur" or "tile"; any other leaves images as they are.
        thresholds: The module's numbers; None for its usual one.
        open_depth: Gives the depth network, where the module needs it.
    """
    low, high = thresholds
    if name == "canny":
        return partial(canny, low=_or(low, CANNY[0]), high=_or(high, CANNY[1]))
    if name == "depth":
        return partial(depth, model=open_depth())
    if name == "blur":
        return partial(blur, sigma=_or(low, BLUR_SIGMA))
    if name == "tile":
        return partial(tile, rate=_or(low, TILE_RATE))
    return nothing


def nothing(image: Tensor) -> Tensor:
    """The image itself: for maps that were made before."""
    return image


def canny(image: Tensor, low: float, high: float) -> Tensor:
    """White edges on black (Canny 1986), one pixel wide.

    Args:
        image: (3, H, W).
        low: Gradients above this continue an edge.
        high: Gradients above this begin one.
    """
    edges = cv2.Canny(np.ascontiguousarray(to_uint8(image)), low, high)
    return from_uint8(np.repeat(edges[:, :, None], 3, axis=2), image.device)


def depth(image: Tensor, model: DepthModel) -> Tensor:
    """Nearness as gray (3, H, W): white the nearest, black the farthest."""
    return normalize(model.estimate(image)).expand(3, -1, -1).contiguous()


def blur(image: Tensor, sigma: float) -> Tensor:
    """The image (3, H, W) under a Gaussian of `sigma` pixels; 0 leaves it as it is."""
    if sigma <= 0:
        return image
    reach = min(int(np.ceil(3 * sigma)), min(image.shape[1:]) - 1)
    places = torch.arange(-reach, reach + 1, dtype=torch.float32, device=image.device)
    weights = torch.exp(-0.5 * (places / sigma) ** 2)
    weights = (weights / weights.sum()).expand(3, 1, 1, -1)
    padded = functional.pad(image[None], (reach, reach, reach, reach), mode="reflect")
    across = functional.conv2d(padded, weights, groups=3)
    return functional.conv2d(across, weights.transpose(2, 3), groups=3)[0]


def tile(image: Tensor, rate: float) -> Tensor:
    """The image (3, H, W) with the detail of one `rate` times smaller; up to 1 leaves it as it is."""
    if rate <= 1:
        return image
    height, width = image.shape[1:]
    small = functional.interpolate(
        image[None], (max(1, round(height / rate)), max(1, round(width / rate))), mode="area"
    )
    return _scaled(small[0], (height, width))


def fitted(image: Tensor, size: tuple[int, int], how: str) -> Tensor:
    """The image (3, h, w) of this width and height.

    Args:
        image: (3, H, W).
        size: Width and height.
        how: "stretch" distorts, "crop" cuts off what hangs over, "pad" puts black bars where nothing is.
    """
    width, height = size
    tall, wide = image.shape[1:]
    if (wide, tall) == size:
        return image
    if how == "stretch":
        return _scaled(image, (height, width))
    choose = max if how == "crop" else min
    scale = choose(width / wide, height / tall)
    image = _scaled(image, (max(1, round(tall * scale)), max(1, round(wide * scale))))
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    # Negative padding cuts off.
    sides = (-left, width - image.shape[2] + left, -top, height - image.shape[1] + top)
    return functional.pad(image, sides)


def _scaled(image: Tensor, size: tuple[int, int]) -> Tensor:
    """The image (3, h, w) of a height and width; bicubic, without aliasing."""
    scaled = functional.interpolate(image[None], size, mode="bicubic", align_corners=False, antialias=True)
    return scaled[0].clamp(0.0, 1.0)


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given
