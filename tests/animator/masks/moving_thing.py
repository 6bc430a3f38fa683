"""A clip of a textured thing that moves, turns, grows and shrinks while a bar passes in front of it."""

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

FRAMES = 100
SIDE = 128


@lru_cache
def _texture(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    octaves = (
        functional.interpolate(torch.randn((1, 3, n, n), generator=generator), (256, 256), mode="bicubic")
        / n**0.5
        for n in (4, 8, 16, 32, 64)
    )
    texture = torch.stack([*octaves]).sum(0)[0]
    return ((texture - texture.mean()) / texture.std() * 0.18 + 0.5).clamp(0, 1)


def _painted(seed: int, x: Tensor, y: Tensor, tint: tuple[float, float, float]) -> Tensor:
    grid = torch.stack([x, y], -1)[None]
    image = functional.grid_sample(
        _texture(seed)[None], grid, padding_mode="reflection", align_corners=False
    )[0]
    return image * torch.tensor(tint)[:, None, None]


def scene(frame: int) -> tuple[Tensor, Tensor]:
    """Returns the image (3, H, W) of a frame, and the mask (H, W) of the thing as far as it is in sight."""
    time = frame / (FRAMES - 1)
    y, x = torch.meshgrid(torch.arange(SIDE) / SIDE, torch.arange(SIDE) / SIDE, indexing="ij")
    right, down = x - (0.26 + 0.47 * time), y - (0.5 + 0.16 * math.sin(5 * time))
    size, angle = 0.18 * (1 + 0.5 * math.sin(4 * time)), 1.2 * time
    along = (math.cos(angle) * right + math.sin(angle) * down) / size
    across = (math.cos(angle) * down - math.sin(angle) * right) / size
    thing = along**2 + (across / 0.75) ** 2 + 0.3 * along * across < 1
    from_bar = x - (0.78 - 0.31 * time)
    bar = from_bar.abs() < 0.047
    image = _painted(1, x * 1.6 - 0.8 + 0.07 * time, y * 1.6 - 0.8, (1, 1, 1))
    image = torch.where(thing, _painted(2, along * 0.6, across * 0.6, (1, 0.8, 0.6)), image)
    image = torch.where(bar, _painted(3, from_bar * 3.2, y * 3.2 - 1, (0.6, 0.7, 1)), image)
    return image.contiguous(), (thing & ~bar).float()
