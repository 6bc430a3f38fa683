"""The 8-bit arithmetic of OpenCV that Deforum relies on."""

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.deforum.color import cumulative_histogram, match_levels
from animator.images.deforum.hsv8 import hsv_levels_from_rgb, rgb_levels_from_hsv
from animator.images.deforum.lab8 import lab_levels_from_rgb, rgb_levels_from_lab
from animator.images.deforum.sharpen import blur_levels, fixed_weights


@pytest.fixture(scope="module")
def colors() -> np.ndarray:
    """Every seventh level of each channel and 100 000 random colors, uint8 (N, 1, 3)."""
    axis = np.arange(0, 256, 7)
    grid = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(-1, 3)
    random = np.random.default_rng(0).integers(0, 256, (100_000, 3))
    return np.concatenate((grid, random)).astype(np.uint8)[:, None]


def levels(colors: np.ndarray) -> Tensor:
    return torch.from_numpy(colors).permute(2, 0, 1).to(torch.int32)


def difference(ours: Tensor, theirs: np.ndarray) -> np.ndarray:
    return np.abs(ours.permute(1, 2, 0).numpy() - theirs.astype(int))


def test_into_lab_equals_opencv(colors: np.ndarray) -> None:
    assert difference(lab_levels_from_rgb(levels(colors)), cv2.cvtColor(colors, cv2.COLOR_RGB2LAB)).max() == 0


def test_back_from_lab_is_one_level_off_at_most(colors: np.ndarray) -> None:
    off = difference(rgb_levels_from_lab(levels(colors)), cv2.cvtColor(colors, cv2.COLOR_LAB2RGB))
    assert off.max() <= 1
    assert off.mean() < 0.01


def test_into_hsv_equals_opencv(colors: np.ndarray) -> None:
    assert difference(hsv_levels_from_rgb(levels(colors)), cv2.cvtColor(colors, cv2.COLOR_RGB2HSV)).max() == 0


def test_back_from_hsv_is_one_level_off_at_most(colors: np.ndarray) -> None:
    hsv = colors[:150_400].reshape(-1, 100, 3).copy()  # 96 columns of vector code, 4 of scalar code
    hsv[..., 0] %= 180
    off = difference(rgb_levels_from_hsv(levels(hsv)), cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))
    assert off.max() <= 1
    assert off.mean() < 0.001


@pytest.mark.parametrize("kernel", [3, 5, 7, 9, 21, 31])
@pytest.mark.parametrize("sigma", [0.0, 0.3, 1.0, 2.5, 10.0])
def test_the_blur_equals_opencv(kernel: int, sigma: float) -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    ours = blur_levels(torch.from_numpy(image).permute(2, 0, 1).float(), kernel, sigma)
    assert difference(ours, cv2.GaussianBlur(image, (kernel, kernel), sigma)).max() == 0
    assert sum(fixed_weights(kernel, sigma)) == 256


def test_histograms_are_matched_as_by_interpolated_quantiles() -> None:
    rng = np.random.default_rng(2)
    source = rng.integers(20, 90, (3, 30, 40))
    reference = rng.choice([3, 50, 51, 200], (3, 17, 23))
    eight, other = (torch.from_numpy(a).to(torch.int32) for a in (source, reference))
    ours = match_levels(eight, cumulative_histogram(other))
    for channel in range(3):
        values, counts = np.unique(source[channel], return_counts=True)
        wanted, wanted_counts = np.unique(reference[channel], return_counts=True)
        mapped = np.interp(
            counts.cumsum() / source[channel].size, wanted_counts.cumsum() / reference[channel].size, wanted
        )
        expected = mapped.astype(int)[np.searchsorted(values, source[channel])]
        np.testing.assert_array_equal(ours[channel].numpy(), expected)
