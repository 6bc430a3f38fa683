import torch
from torch import Tensor

from animator.images.color import contrast


def test_factor_one_returns_the_image_itself(image: Tensor) -> None:
    assert contrast(image, 1.0) is image


def test_bright_values_saturate_instead_of_wrapping() -> None:
    bright = torch.full((3, 2, 2), 250 / 255)
    assert torch.equal(contrast(bright, 1.1), torch.ones(3, 2, 2))


def test_the_factor_scales(image: Tensor) -> None:
    torch.testing.assert_close(contrast(image, 0.5), image * 0.5)
    assert contrast(image, -1.0).abs().max() == 0.0
