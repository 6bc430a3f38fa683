"""What is made of a picture before a ControlNet sees it. None of it needs weights but depth.

A module takes and gives a picture (3, H, W), RGB in [0, 1], on its device. Thresholds are those of the
ControlNet extension for A1111, in 8-bit units where they are brightness.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from animator.images.depth_map import normalise
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
        name: "canny", "depth", "blur" or "tile"; any other leaves pictures as they are.
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


def nothing(picture: Tensor) -> Tensor:
    """The picture itself: for maps that were made before."""
    return picture


def canny(picture: Tensor, low: float, high: float) -> Tensor:
    """White edges on black (Canny 1986), one pixel wide.

    Args:
        picture: (3, H, W).
        low: Gradients above this continue an edge.
        high: Gradients above this begin one.
    """
    edges = cv2.Canny(np.ascontiguousarray(to_uint8(picture)), low, high)
    return from_uint8(np.repeat(edges[:, :, None], 3, axis=2), picture.device)


def depth(picture: Tensor, model: DepthModel) -> Tensor:
    """Nearness as gray (3, H, W): white the nearest, black the farthest."""
    return normalise(model.estimate(picture)).expand(3, -1, -1).contiguous()


def blur(picture: Tensor, sigma: float) -> Tensor:
    """The picture (3, H, W) under a Gaussian of `sigma` pixels; 0 leaves it as it is."""
    if sigma <= 0:
        return picture
    reach = min(int(np.ceil(3 * sigma)), min(picture.shape[1:]) - 1)
    places = torch.arange(-reach, reach + 1, dtype=torch.float32, device=picture.device)
    weights = torch.exp(-0.5 * (places / sigma) ** 2)
    weights = (weights / weights.sum()).expand(3, 1, 1, -1)
    padded = functional.pad(picture[None], (reach, reach, reach, reach), mode="reflect")
    across = functional.conv2d(padded, weights, groups=3)
    return functional.conv2d(across, weights.transpose(2, 3), groups=3)[0]


def tile(picture: Tensor, rate: float) -> Tensor:
    """The picture (3, H, W) with the detail of one `rate` times smaller; up to 1 leaves it as it is."""
    if rate <= 1:
        return picture
    height, width = picture.shape[1:]
    small = functional.interpolate(
        picture[None], (max(1, round(height / rate)), max(1, round(width / rate))), mode="area"
    )
    return _scaled(small[0], (height, width))


def fitted(picture: Tensor, size: tuple[int, int], how: str) -> Tensor:
    """The picture (3, h, w) of this width and height.

    Args:
        picture: (3, H, W).
        size: Width and height.
        how: "stretch" distorts, "crop" cuts off what hangs over, "pad" puts black bars where nothing is.
    """
    width, height = size
    tall, wide = picture.shape[1:]
    if (wide, tall) == size:
        return picture
    if how == "stretch":
        return _scaled(picture, (height, width))
    choose = max if how == "crop" else min
    scale = choose(width / wide, height / tall)
    picture = _scaled(picture, (max(1, round(tall * scale)), max(1, round(wide * scale))))
    top, left = (picture.shape[1] - height) // 2, (picture.shape[2] - width) // 2
    # Negative padding cuts off.
    sides = (-left, width - picture.shape[2] + left, -top, height - picture.shape[1] + top)
    return functional.pad(picture, sides)


def _scaled(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """The picture (3, h, w) of a height and width; bicubic, without aliasing."""
    scaled = functional.interpolate(picture[None], size, mode="bicubic", align_corners=False, antialias=True)
    return scaled[0].clamp(0.0, 1.0)


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given
