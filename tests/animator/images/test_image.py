"""Images in floats to 8 bits and back."""

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.image import from_uint8, to_uint8


def rounded(image: Tensor) -> Tensor:
    return image.clamp(0.0, 1.0).mul(255.0).round().to(torch.uint8).permute(1, 2, 0)


def test_every_level_comes_back() -> None:
    pixels = np.arange(256 * 3, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3)
    np.testing.assert_array_equal(to_uint8(from_uint8(pixels)), pixels)


def test_values_are_rounded_as_tensors_are_also_next_to_a_half() -> None:
    halves = (torch.arange(255, dtype=torch.float32) + 0.5) / 255
    steps = torch.arange(-40, 41, dtype=torch.int32)
    near = (halves.view(torch.int32)[:, None] + steps).view(torch.float32)
    image = near.expand(3, -1, -1)
    np.testing.assert_array_equal(to_uint8(image), rounded(image).numpy())


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (33, 47)])
def test_values_out_of_range_are_clamped_at_every_size(size: tuple[int, int]) -> None:
    image = torch.rand((3, *size), generator=torch.Generator().manual_seed(0)) * 3 - 1
    found = to_uint8(image)
    assert found.flags["C_CONTIGUOUS"] and found.dtype == np.uint8
    np.testing.assert_array_equal(found, rounded(image).numpy())


def test_views_and_images_in_double_precision_become_the_same() -> None:
    image = torch.rand((20, 30, 3), generator=torch.Generator().manual_seed(0)).permute(2, 0, 1)
    np.testing.assert_array_equal(to_uint8(image), rounded(image).numpy())
    np.testing.assert_array_equal(to_uint8(image.double()), rounded(image.double()).numpy())
    image.requires_grad_()
    np.testing.assert_array_equal(to_uint8(image), rounded(image.detach()).numpy())
