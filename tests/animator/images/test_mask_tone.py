"""Tones of masks, against Pillow and numpy where they do the same."""

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor

from animator.images.mask_tone import contrast_about_mean, equalize_mask, stretch


def levels(seed: int = 3) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(110, 30, (40, 56))
    return noise.clip(0, 255).round().astype(np.uint8)


def shares(mask: np.ndarray) -> Tensor:
    return torch.from_numpy(mask.astype(np.float32) / 255)


def test_even_values_are_pillows() -> None:
    mask = levels()
    theirs = np.asarray(ImageOps.equalize(Image.fromarray(mask)))
    assert np.array_equal((equalize_mask(shares(mask)) * 255).round().byte().numpy(), theirs)


def test_values_between_levels_stay_in_order() -> None:
    smooth = torch.linspace(0.2, 0.6, 4000).view(40, 100)
    even = equalize_mask(smooth).flatten()
    assert bool((even.diff() >= 0).all()) and len(even.unique()) > 1000
    assert float(even.min()) < 0.02 and float(even.max()) > 0.98


def test_one_value_stays() -> None:
    for mask in (torch.full((8, 8), 0.3), torch.zeros(8, 8)):
        assert torch.equal(equalize_mask(mask), mask)


def test_contrast_is_pillows() -> None:
    mask = levels()
    for factor in (0.0, 0.5, 1.0, 3.0):
        theirs = np.asarray(ImageEnhance.Contrast(Image.fromarray(mask)).enhance(factor)).astype(int)
        ours = (contrast_about_mean(shares(mask), factor) * 255).round().byte().numpy().astype(int)
        assert np.abs(ours - theirs).max() <= 1 + abs(1 - factor) / 2  # Pillow rounds the mean


def test_cutoffs_are_percentiles() -> None:
    mask = levels().astype(np.float64)
    low, high = np.percentile(mask, 20), np.percentile(mask, 60)
    theirs = ((mask - low) / (high - low)).clip(0, 1)
    np.testing.assert_allclose(stretch(shares(levels()), 20, 60).numpy(), theirs, atol=1e-5)
    full = stretch(shares(levels()), 0, 100)
    assert (float(full.min()), float(full.max())) == (0.0, 1.0)


def test_cutoffs_that_meet_make_a_step() -> None:
    mask = torch.tensor([[0.1, 0.2, 0.5, 0.9]])
    assert stretch(mask, 100 / 3, 100 / 3).tolist() == [[0.0, 0.0, 1.0, 1.0]]
    assert bool(stretch(torch.full((4, 4), 0.5), 0, 100).eq(0).all())
