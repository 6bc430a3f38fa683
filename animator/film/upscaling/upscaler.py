"""Larger images: the seam, the offline way, and networks that spandrel knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import Image8, from_uint8, to_uint8
from animator.models.weights import read_weights

TILE = 512
"""Pixels of a tile's side; a network's memory grows with it."""
OVERLAP = 32
"""Pixels that tiles share with their neighbors, so that no seam shows."""


class Upscaler(Protocol):
    """Whatever makes images larger."""

    def __call__(self, pixels: Image8) -> Image8:
        """The image, uint8 RGB (factor * H, factor * W, 3), of one (H, W, 3)."""
        ...


@dataclass(frozen=True)
class Lanczos:
    """Lanczos interpolation with an unsharp mask: keeps edges crisp, invents no detail.

    Attributes:
        factor: How many times larger.
        sharpening: Percent of the unsharp mask, whose radius is that of an enlarged pixel.
    """

    factor: int
    sharpening: int = 60

    def __call__(self, pixels: Image8) -> Image8:
        """The larger image."""
        height, width = pixels.shape[:2]
        size = (width * self.factor, height * self.factor)
        large = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
        mask = ImageFilter.UnsharpMask(radius=self.factor / 2, percent=self.sharpening, threshold=1)
        return np.asarray(large.filter(mask))


class NetworkUpscaler:
    """A network of one image to a larger one, in tiles; what it makes too large or small is resized.

    Args:
        network: `(1, 3, H, W)` -> `(1, 3, scale * H, scale * W)`, [0, 1].
        scale: How many times larger the network makes images.
        factor: How many times larger they are to be.
        device: Where the network is.
    """

    def __init__(self, network: torch.nn.Module, scale: int, factor: int, device: torch.device | str) -> None:
        self._network = network
        self._scale = scale
        self._factor = factor
        self._device = device

    @torch.inference_mode()
    def __call__(self, pixels: Image8) -> Image8:
        """The larger image."""
        image = from_uint8(pixels, self._device)
        height, width = image.shape[-2:]
        scale = self._scale
        large = torch.empty((3, height * scale, width * scale), device=image.device)
        for top, bottom in _spans(height):
            for left, right in _spans(width):
                self._draw(image, large, (top, bottom, left, right))
        made = to_uint8(large)
        if scale == self._factor:
            return made
        size = (width * self._factor, height * self._factor)
        return np.asarray(Image.fromarray(made).resize(size, Image.Resampling.LANCZOS))

    def _draw(self, image: Tensor, large: Tensor, span: tuple[int, int, int, int]) -> None:
        """Draws one tile, from a part of the image that reaches a little beyond it."""
        top, bottom, left, right = span
        scale = self._scale
        above, before = max(top - OVERLAP, 0), max(left - OVERLAP, 0)
        part = image[:, above : bottom + OVERLAP, before : right + OVERLAP]
        made = self._network(part.unsqueeze(0))[0]
        y, x = (top - above) * scale, (left - before) * scale
        inner = made[:, y : y + (bottom - top) * scale, x : x + (right - left) * scale]
        large[:, top * scale : bottom * scale, left * scale : right * scale] = inner


def load_upscaler(path: Path, factor: int, device: torch.device | str = "cpu") -> NetworkUpscaler:
    """The upscaling network of a published file: Real-ESRGAN, its compact video models, SwinIR and the like.

    Args:
        path: .safetensors, .pth or .pt; spandrel tells which network it is.
        factor: How many times larger images are to be.
        device: Where it computes.

    Raises:
        ModelError: The file, or the package spandrel, is missing, or the network does something else.
    """
    weights = read_weights(path)
    from animator.models.torchvision_ops import declare_missing_ops

    declare_missing_ops()
    try:
        from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
    except ImportError as error:
        raise ModelError(
            f"{path}: upscaling networks need the package spandrel; install it with "
            "pip install 'animator[upscale]', or set upscaling.model to lanczos"
        ) from error
    try:
        found = ModelLoader(device=torch.device(device)).load_from_state_dict(weights)
    except (UnsupportedModelError, RuntimeError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(f"{path}: is no upscaling network that spandrel knows ({reason})") from error
    if not isinstance(found, ImageModelDescriptor) or found.input_channels != 3 or found.output_channels != 3:
        raise ModelError(f"{path}: is a network of {found.purpose}, not one of color images to larger ones")
    return NetworkUpscaler(found.eval().model, found.scale, factor, device)


def upscaled(images: Iterable[Image8], upscaler: Upscaler) -> Iterator[Image8]:
    """The images, uint8 RGB, made larger one by one."""
    return (upscaler(pixels) for pixels in images)


def _spans(length: int) -> Iterator[tuple[int, int]]:
    """The length cut into tiles."""
    return ((start, min(start + TILE, length)) for start in range(0, length, TILE))
