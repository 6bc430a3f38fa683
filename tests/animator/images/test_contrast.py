import torch
from torch import Tensor

from animator.images.color import contrast


def test_factor_one_returns_the_picture_itself(picture: Tensor) -> None:
    assert contrast(picture, 1.0) is picture


def test_bright_values_saturate_instead_of_wrapping() -> None:
    bright = torch.full((3, 2, 2), 250 / 255)
    assert torch.equal(contrast(bright, 1.1), torch.ones(3, 2, 2))


def test_the_factor_scales(picture: Tensor) -> None:
    torch.testing.assert_close(contrast(picture, 0.5), picture * 0.5)
    assert contrast(picture, -1.0).abs().max() == 0.0
