"""Quirks of Deforum that `compat` keeps, each compared with the default."""

import pytest
import torch

from animator.images.deforum.noise import deforum_noise
from animator.images.deforum.sharpen import deforum_sharpen
from animator.images.deforum.warp2d import deforum_flip_matrix
from animator.images.noise import Perlin
from animator.images.sharpen import Sharpen
from animator.images.warp2d import Flip
from animator.models.flow.deforum import deforum_confidence, deforum_flow_warp


def whole(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """An image in whole levels of 255."""
    return torch.randint(0, 256, (3, height, width), generator=torch.Generator().manual_seed(seed)) / 255


def test_a_flip_of_no_angle_is_not_neutral() -> None:
    assert deforum_flip_matrix(Flip(), 256, 192)[0, 0] == pytest.approx(0.9972190, abs=1e-6)


def test_noise_is_drawn_at_multiples_of_64_and_its_mask_is_hard() -> None:
    image = torch.full((3, 128, 130), 0.5)
    noised = deforum_noise(image, 0.3, None, torch.Generator().manual_seed(1))
    repeats = (noised.diff(dim=2) == 0).all(1).all(0)
    assert repeats.sum() == 2  # two columns of 128 are drawn twice
    mask = torch.full((128, 130), 0.4)
    masked = deforum_noise(torch.full((3, 128, 130), 0.2), 0.3, None, torch.Generator().manual_seed(1), mask)
    assert masked.min() == masked.max()
    # But mid-gray (127.5, truncated) is blended in: 0.7 * 51 + 0.3 * 127.
    assert masked.mean() * 255 == pytest.approx(74.0, abs=0.5)


def test_noise_of_images_below_64_pixels_is_drawn_at_their_size() -> None:
    assert deforum_noise(whole(40, 50), 0.3, Perlin(), torch.Generator().manual_seed(1)).isfinite().all()


def test_the_sharpening_threshold_protects_the_bright_side_alone() -> None:
    step = torch.full((3, 16, 32), 100 / 255)
    step[:, :, 16:] = 104 / 255
    sharpened = deforum_sharpen(step, Sharpen(5, 1.0, 1.0, threshold=10.0)) * 255
    torch.testing.assert_close(sharpened[:, :, 16:], torch.full((3, 16, 16), 104.0))
    assert sharpened[0, 8, 15].round() == 99


def test_the_flow_warp_is_black_beyond_a_quarter() -> None:
    image = whole(40, 80) * 0.5 + 0.5
    warped = deforum_flow_warp(image, torch.tensor([40.0, 0.0]).view(2, 1, 1).expand(2, 40, 80), 1.0)
    assert warped[:, :, :20].max() == 0.0
    torch.testing.assert_close(warped[:, :, 40:], image[:, :, :40], atol=1e-4, rtol=0)
    torch.testing.assert_close(warped[:, :, 25], image[:, :, 15], atol=1e-4, rtol=0)


def test_doubtful_flow_is_reversed() -> None:
    flow = torch.tensor([5.0, 0.0]).view(2, 1, 1).expand(2, 20, 20).contiguous()
    assert deforum_confidence(flow, -flow).unique().tolist() == [1.0]
    assert deforum_confidence(flow, flow).unique().tolist() == [-0.75]
