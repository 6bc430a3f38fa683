"""Data augmentation of training images and their depth: crops, rotations, flips and colors."""

import math

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional as nnf


def augment(scenes: tuple[Tensor, Tensor], size: tuple[int, int], rng: Generator) -> tuple[Tensor, Tensor]:
    """Returns randomly cropped, rotated, flipped and recolored images, and their disparity.

    Args:
        scenes: Images (N, 3, H, W) in [0, 1] and disparity (N, H, W).
        size: Height and width of the crops in pixels.
        rng: Source of the random parameters.

    Returns:
        Images (N, 3, *size), and disparity (N, *size / 2).
    """
    image, disparity = scenes
    count = len(image)
    grid = nnf.affine_grid(_placements(count, size, rng), [count, 3, *size], align_corners=False)
    both = torch.cat([image, disparity[:, None]], 1)
    warped = nnf.grid_sample(both, grid, padding_mode="reflection", align_corners=False)
    return _recolor(warped[:, :3], rng), nnf.avg_pool2d(warped[:, 3:], 2)[:, 0]


def _placements(count: int, size: tuple[int, int], rng: Generator) -> Tensor:
    """Returns affine maps (N, 2, 3) from the crop to the image; the crops lie inside the image."""
    tall = size[0] / size[1]
    maps = []
    for _ in range(count):
        angle = math.radians(rng.normal(0, 10)) if rng.random() < 0.4 else 0.0
        c, s = math.cos(angle), math.sin(angle)
        wide, high = min(1.0, 1 / tall), min(1.0, tall)
        reach = max(wide * abs(c) + high * abs(s), wide * abs(s) + high * abs(c))
        zoom = rng.uniform(0.65, 1.0) / reach
        room_x = 1 - zoom * (wide * abs(c) + high * abs(s))
        room_y = 1 - zoom * (wide * abs(s) + high * abs(c))
        x, y = rng.uniform(-1, 1) * max(room_x, 0), rng.uniform(-1, 1) * max(room_y, 0)
        flip = -1 if rng.random() < 0.5 else 1
        maps.append(
            [[zoom * wide * c * flip, -zoom * high * s, x], [zoom * wide * s * flip, zoom * high * c, y]]
        )
    return torch.tensor(maps, dtype=torch.float32)


def _recolor(image: Tensor, rng: Generator) -> Tensor:
    """Returns images with random gamma, contrast, tint, channel order, grayscale, blur and noise."""
    shape = (len(image), 1, 1, 1)

    def uniform(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (shape[0], channels, 1, 1))).float()

    result = image.clamp(0, 1) ** uniform(0.7, 1.4)
    result = (result - 0.5) * uniform(0.7, 1.25) + 0.5 + uniform(-0.1, 0.1)
    result = result * uniform(0.85, 1.15, 3)
    if rng.random() < 0.3:
        result = result[:, torch.from_numpy(rng.permutation(3))]
    gray = result.mean(1, keepdim=True)
    result = torch.where(torch.from_numpy(rng.random(shape) < 0.1), gray.expand_as(result), result)
    if rng.random() < 0.25:
        small = nnf.interpolate(result, scale_factor=0.5, mode="area")
        result = nnf.interpolate(small, size=result.shape[-2:], mode="bilinear", align_corners=False)
    noise = torch.from_numpy(rng.standard_normal(result.shape, dtype=np.float32))
    return (result + noise * uniform(0.0, 0.04)).clamp(0, 1)
