"""Test images of many sizes."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

SIZES = [(64, 64), (48, 112), (157, 223), (1, 1), (2, 3), (65, 7)]
"""(height, width): square, wide, odd, and as small as can be."""


def textured(height: int, width: int, seed: int = 0, grain: int = 12) -> Tensor:
    """An image (3, H, W) of soft blobs about `grain` pixels wide, spread over most of [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand((1, 3, height // grain + 2, width // grain + 2), generator=generator)
    return functional.interpolate(coarse, (height, width), mode="bicubic")[0].clamp(0.0, 1.0)


@pytest.fixture
def image() -> Tensor:
    """A square image (3, 96, 96)."""
    return textured(96, 96)


@pytest.fixture
def make_image() -> Callable[..., Tensor]:
    """The maker of images: height, width, seed, grain."""
    return textured


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
def any_size(request: pytest.FixtureRequest) -> Tensor:
    """An image of each of the sizes."""
    return textured(*request.param)
