"""`Upscaler`, the protocol of upscaling; Lanczos, and the networks that spandrel supports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from animator.film.upscaling.find_upscaler import UPSCALING
from animator.images.image import Image8, from_uint8, to_uint8
from animator.models.spandrel_file import load_spandrel

TILE = 512
"""Side of a tile, in pixels; a network's memory grows with it."""
OVERLAP = 32
"""Overlap of neighboring tiles, in pixels, so that no seam shows."""


class Upscaler(Protocol):
    """Makes images larger."""

    def __call__(self, pixels: Image8) -> Image8:
        """Returns the upscaled image, uint8 RGB (factor * H, factor * W, 3), of an image (H, W, 3)."""
        ...


@dataclass(frozen=True)
class Lanczos:
    """Lanczos interpolation with an unsharp mask: keeps edges crisp, invents no detail.

    Attributes:
        factor: Scale of width and height.
        sharpening: Strength of the unsharp mask in percent; its radius is that of an upscaled pixel.
    """

    factor: int
    sharpening: int = 60

    def __call__(self, pixels: Image8) -> Image8:
        """Returns the upscaled image."""
        height, width = pixels.shape[:2]
        size = (width * self.factor, height * self.factor)
        large = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
        mask = ImageFilter.UnsharpMask(radius=self.factor / 2, percent=self.sharpening, threshold=1)
        return np.asarray(large.filter(mask))


class NetworkUpscaler:
    """Upscales by a network, tile by tile, and resizes the result if the network's scale differs.

    Args:
        network: `(1, 3, H, W)` -> `(1, 3, scale * H, scale * W)`, [0, 1].
        scale: Scale of the network.
        factor: Scale wanted.
        device: Device of the network.
    """

    def __init__(self, network: torch.nn.Module, scale: int, factor: int, device: torch.device | str) -> None:
        self._network = network
        self._scale = scale
        self._factor = factor
        self._device = device

    @torch.inference_mode()
    def __call__(self, pixels: Image8) -> Image8:
        """Returns the upscaled image."""
        image = from_uint8(pixels, self._device)
        height, width = image.shape[-2:]
        scale = self._scale
        large = torch.empty((3, height * scale, width * scale), device=image.device)
        for top, bottom in _spans(height):
            for left, right in _spans(width):
                self._upscale_tile(image, large, (top, bottom, left, right))
        output = to_uint8(large)
        if scale == self._factor:
            return output
        size = (width * self._factor, height * self._factor)
        return np.asarray(Image.fromarray(output).resize(size, Image.Resampling.LANCZOS))

    def _upscale_tile(self, image: Tensor, large: Tensor, tile: tuple[int, int, int, int]) -> None:
        """Writes one tile into the large image, from a part of the image that reaches a little beyond it."""
        top, bottom, left, right = tile
        scale = self._scale
        above, before = max(top - OVERLAP, 0), max(left - OVERLAP, 0)
        part = image[:, above : bottom + OVERLAP, before : right + OVERLAP]
        output = self._network(part.unsqueeze(0))[0]
        y, x = (top - above) * scale, (left - before) * scale
        inner = output[:, y : y + (bottom - top) * scale, x : x + (right - left) * scale]
        large[:, top * scale : bottom * scale, left * scale : right * scale] = inner


def load_upscaler(path: Path, factor: int, device: torch.device | str = "cpu") -> NetworkUpscaler:
    """Loads an upscaling network from a published file, such as Real-ESRGAN, its compact models or SwinIR.

    Args:
        path: .safetensors, .pth or .pt; spandrel identifies the network.
        factor: Scale wanted.
        device: Device to run on.

    Raises:
        ModelError: The file or the package spandrel is missing, or the network does not upscale RGB images.
    """
    model = load_spandrel(path, device, UPSCALING)
    return NetworkUpscaler(model.model, model.scale, factor, device)


def upscale(images: Iterable[Image8], upscaler: Upscaler) -> Iterator[Image8]:
    """Yields the upscaled images, uint8 RGB, one by one."""
    return (upscaler(pixels) for pixels in images)


def _spans(length: int) -> Iterator[tuple[int, int]]:
    """Returns start and end of the tiles along a side."""
    return ((start, min(start + TILE, length)) for start in range(0, length, TILE))
