"""Deforum's color matching against OpenCV's conversions and quantiles level by level."""

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.color import Coherence
from animator.images.deforum.color import histogram_of, match_histogram
from animator.images.image import Image8, from_uint8, to_uint8

CODES = {
    Coherence.LAB: (cv2.COLOR_RGB2LAB, cv2.COLOR_LAB2RGB),
    Coherence.HSV: (cv2.COLOR_RGB2HSV, cv2.COLOR_HSV2RGB),
    Coherence.RGB: (None, None),
}
SPACES = pytest.mark.parametrize("space", list(CODES))


def converted(pixels: Image8, code: int | None) -> Image8:
    return pixels if code is None else np.asarray(cv2.cvtColor(pixels, code), dtype=np.uint8)


def matched(channel: Image8, reference: Image8, counted: NDArray[np.bool_]) -> Image8:
    values, counts = np.unique(channel[counted], return_counts=True)
    wanted, wanted_counts = np.unique(reference, return_counts=True)
    share, wanted_share = counts.cumsum() / counts.sum(), wanted_counts.cumsum() / reference.size
    new = np.interp(share, wanted_share, wanted).astype(np.uint8)
    return new[np.searchsorted(values, channel).clip(0, len(values) - 1)]


def straightforward(image: Image8, reference: Image8, space: Coherence, counted: NDArray[np.bool_]) -> Image8:
    """Deforum gives BGR to conversions from RGB."""
    there, back = CODES[space]
    own, other = (converted(np.ascontiguousarray(p[..., ::-1]), there) for p in (image, reference))
    planes = [matched(own[..., i], other[..., i], counted) for i in range(3)]
    return converted(np.ascontiguousarray(np.stack(planes, -1)), back)[..., ::-1]


def picture(size: tuple[int, int], seed: int, levels: int = 256) -> Image8:
    height, width = size
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    smooth = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    noisy = smooth.astype(int) + rng.integers(-9, 10, smooth.shape)
    return (noisy.clip(0, 255) // (256 // levels) * (256 // levels)).astype(np.uint8)


@SPACES
@pytest.mark.parametrize("size", [(64, 64), (33, 70), (128, 31)])
@pytest.mark.parametrize("seed", range(6))
def test_every_value_is_that_of_opencv_and_quantiles(
    space: Coherence, size: tuple[int, int], seed: int
) -> None:
    image, reference = picture(size, seed), picture((40, 50), 100 + seed, levels=2 ** (2 + seed))
    ours = to_uint8(match_histogram(from_uint8(image), histogram_of(from_uint8(reference), space)))
    everywhere = np.ones(size, bool)
    np.testing.assert_array_equal(ours, straightforward(image, reference, space, everywhere))


@SPACES
def test_pixels_that_do_not_count_are_matched_by_the_others(space: Coherence) -> None:
    image, reference = picture((48, 48), 1), picture((48, 48), 2)
    ignored = torch.zeros(48, 48)
    ignored[10:30, 5:40] = 1.0
    counted = ignored.numpy() < 0.5
    wanted = histogram_of(from_uint8(reference), space)
    ours = to_uint8(match_histogram(from_uint8(image), wanted, ignored))
    expected = straightforward(image, reference, space, counted)
    np.testing.assert_array_equal(ours[counted], expected[counted])


@SPACES
def test_the_result_is_in_steps_of_a_level_and_none_of_the_inputs_changes(space: Coherence) -> None:
    image, reference = torch.rand(3, 20, 30), torch.rand(3, 9, 9)
    before: list[Tensor] = [image.clone(), reference.clone()]
    ours = match_histogram(image, histogram_of(reference, space))
    assert torch.equal(ours, from_uint8(to_uint8(ours)))
    assert torch.equal(image, before[0]) and torch.equal(reference, before[1])


@SPACES
@pytest.mark.parametrize("seed", range(40))
def test_images_of_few_and_of_extreme_levels_are_matched_alike(space: Coherence, seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)

    def strange(height: int, width: int) -> Image8:
        levels = rng.integers(0, 256, rng.choice([1, 2, 3, 9, 80]))
        return rng.choice(levels, (height, width, 3)).astype(np.uint8)

    image = strange(int(rng.integers(1, 40)), int(rng.integers(1, 90)))
    reference = strange(int(rng.integers(1, 40)), int(rng.integers(1, 90)))
    ours = to_uint8(match_histogram(from_uint8(image), histogram_of(from_uint8(reference), space)))
    everywhere = np.ones(image.shape[:2], bool)
    np.testing.assert_array_equal(ours, straightforward(image, reference, space, everywhere))
