import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.deforum.sharpen import blur_levels
from animator.images.sharpen import Sharpen, blur, gaussian_weights, sharpen


def test_every_size_keeps_its_size_and_range(any_size: Tensor) -> None:
    for kernel in (3, 5, 31):
        result = sharpen(any_size, Sharpen(kernel, 2.0, 1.5, 0.0))
        assert result.shape == any_size.shape
        assert result.isfinite().all()
        assert result.min() >= 0.0
        assert result.max() <= 1.0


@pytest.mark.parametrize(
    "how", [Sharpen(amount=0.0), Sharpen(kernel=1, amount=2.0), Sharpen(kernel=0, sigma=0.0)]
)
def test_nothing_to_do_returns_the_image_itself(image: Tensor, how: Sharpen) -> None:
    assert sharpen(image, how) is image


@pytest.mark.parametrize(("kernel", "sigma"), [(3, 0.8), (5, 1.0), (9, 3.0), (5, 0.0), (31, 0.0), (7, 0.0)])
def test_the_blur_is_opencvs(image: Tensor, kernel: int, sigma: float) -> None:
    ours = blur(image, kernel, sigma).permute(1, 2, 0).numpy()
    theirs = cv2.GaussianBlur(np.ascontiguousarray(image.permute(1, 2, 0).numpy()), (kernel, kernel), sigma)
    np.testing.assert_allclose(ours, theirs, atol=2e-6)


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0, 1.7, 2.5, 4.0])
def test_kernel_0_is_taken_from_sigma_as_in_opencv(image: Tensor, sigma: float) -> None:
    levels = (image * 255).round()
    theirs = cv2.GaussianBlur(levels.permute(1, 2, 0).numpy().astype(np.uint8), (0, 0), sigma)
    ours = blur_levels(levels, Sharpen(0, sigma).width, sigma).permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(ours, theirs)


def test_images_smaller_than_the_kernel_are_mirrored_repeatedly() -> None:
    small = torch.rand(3, 4, 3, generator=torch.Generator().manual_seed(0))
    theirs = cv2.GaussianBlur(np.ascontiguousarray(small.permute(1, 2, 0).numpy()), (15, 15), 4.0)
    np.testing.assert_allclose(blur(small, 15, 4.0).permute(1, 2, 0).numpy(), theirs, atol=2e-6)


def test_weights_sum_to_one() -> None:
    for kernel in (1, 3, 5, 7, 9, 31):
        for sigma in (0.0, 0.3, 1.0, 8.0):
            assert sum(gaussian_weights(kernel, sigma)) == pytest.approx(1.0)


def test_edges_grow_and_flat_areas_stay() -> None:
    step = torch.full((3, 16, 32), 0.4)
    step[:, :, 16:] = 0.6
    result = sharpen(step, Sharpen(5, 1.0, 1.0, 0.0))
    assert result[0, 8, 15] < 0.35
    assert result[0, 8, 16] > 0.65
    torch.testing.assert_close(result[:, :, :8], step[:, :, :8])


def test_the_threshold_protects_both_sides_of_a_faint_edge() -> None:
    step = torch.full((3, 16, 32), 100 / 255)
    step[:, :, 16:] = 104 / 255
    assert torch.equal(sharpen(step, Sharpen(5, 1.0, 1.0, threshold=10.0)), step)
    assert not torch.equal(sharpen(step, Sharpen(5, 1.0, 1.0, threshold=1.0)), step)


def test_a_mask_blends(image: Tensor) -> None:
    mask = torch.zeros(96, 96)
    mask[:48], mask[40:48] = 1.0, 0.5
    soft = image * 0.4 + 0.3  # far from black and white, so that nothing is clipped
    result, everywhere = sharpen(soft, Sharpen(amount=1.0), mask), sharpen(soft, Sharpen(amount=1.0))
    torch.testing.assert_close(result[:, 48:], soft[:, 48:])
    torch.testing.assert_close(result[:, :40], everywhere[:, :40])
    torch.testing.assert_close(result[:, 40:48], (soft + everywhere)[:, 40:48] / 2)


def test_an_even_kernel_counts_as_the_next_odd_one(image: Tensor) -> None:
    assert torch.equal(sharpen(image, Sharpen(kernel=4)), sharpen(image, Sharpen(kernel=5)))


@pytest.mark.parametrize(("threshold", "dark"), [(31.875, 0.125), (31.876, 0.25), (31.874, 0.125)])
def test_a_difference_at_the_threshold_is_sharpened(threshold: float, dark: float) -> None:
    """The blur of three pixels, 1 2 1, differs from this step by 1/8, which is 31.875 of 255."""
    step = torch.full((3, 16, 32), 0.25)
    step[:, :, 16:] = 0.75
    result = sharpen(step, Sharpen(3, 0.0, 1.0, threshold))
    assert result[0, 8, 14:16].tolist() == [0.25, dark]


@pytest.mark.parametrize("sigma", [1e-320, 1e-200, 1e-30])
def test_a_very_small_sigma_is_that_of_one_pixel(sigma: float) -> None:
    assert gaussian_weights(3, sigma) == [0.0, 1.0, 0.0]
