"""Contact sheets of generated images, to look at."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PROMPTS = (
    "snowy mountains at sunset, clouds",
    "the open sea at sunset",
    "city skyline at night",
    "a ringed planet in a purple nebula, stars",
    "a red flower",
    "blue and golden mandala",
    "blue and golden stained glass window",
    "retrowave neon grid, retro sun",
    "a lake with mountains at night, aurora",
    "desert dunes at noon",
    "pine forest, misty",
    "tropical ocean with islands on a sunny day",
    "a house on a hill in daylight",
    "a castle on a hill at dusk",
    "a lighthouse by the sea at sunset",
    "oil painting of green hills at dawn",
)
"""Prompts of the contact sheet; their images should be recognizable to anyone."""


def contact_sheet(images: list[Tensor], columns: int, side: int) -> NDArray[np.uint8]:
    """Returns images (3, H, W) side by side, each `side` pixels wide, as one image uint8 (H, W, 3)."""
    tiles = [_tile(image, side) for image in images]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    return np.vstack(rows)


def _tile(image: Tensor, side: int) -> NDArray[np.uint8]:
    pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    shape = (side, round(side * pixels.shape[0] / pixels.shape[1]))
    return np.asarray(cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA), np.uint8)
