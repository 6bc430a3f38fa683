"""Enlarges images: by interpolation, or by a network, to any size."""

import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from animator.film.upscaling.find_upscaler import LANCZOS
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.film.upscaling.upscaler import Upscaler
from animator.images.image import Image8

_FILTERS = {LANCZOS: Image.Resampling.LANCZOS, "nearest": Image.Resampling.NEAREST}


class _Interpolation:
    """Enlarges by a filter, straight to the size that is wanted."""

    def __init__(self, size: tuple[int, int], resampling: Image.Resampling) -> None:
        self._size = size
        self._resampling = resampling

    def __call__(self, pixels: Image8) -> Image8:
        return np.asarray(Image.fromarray(pixels).resize(self._size, self._resampling))


def is_network(name: str) -> bool:
    """Returns True for the name of an upscaler that is neither lanczos nor nearest."""
    return name.lower() not in _FILTERS


def open_enlarger(
    name: str,
    own: tuple[int, int],
    size: tuple[int, int],
    folders: tuple[Path, ...],
    device: torch.device | str,
) -> Upscaler:
    """Opens what enlarges images of one size to another.

    Args:
        name: "lanczos", "nearest", the path of a network's file, or its name in the model folders.
        own: Width and height of the images.
        size: Width and height that are wanted.
        folders: The model folders.
        device: Device of a network.

    Raises:
        ModelError: There is no such network.
    """
    if not is_network(name):
        return _Interpolation(size, _FILTERS[name.lower()])
    factor = max(1, math.ceil(max(size[0] / own[0], size[1] / own[1])))
    return open_upscaler(name, factor, folders, device)


def enlarged(pixels: Image8, size: tuple[int, int], enlarger: Upscaler) -> Image8:
    """Returns an image, uint8 RGB (H, W, 3), enlarged and brought to a width and height."""
    large = enlarger(pixels)
    if large.shape[1::-1] == size:
        return large
    return np.asarray(Image.fromarray(large).resize(size, Image.Resampling.LANCZOS))
