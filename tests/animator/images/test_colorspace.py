import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.colorspace import (
    XYZ_FROM_RGB,
    hsv_from_rgb,
    lab_from_rgb,
    luma,
    rgb_from_hsv_,
    rgb_from_lab_,
)


def array(image: Tensor) -> np.ndarray:
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())


CORNERS = torch.tensor(
    [[r, g, b] for r in (0.0, 0.5, 1.0) for g in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)]
).T.reshape(3, 1, 27)


@pytest.mark.parametrize("image", [CORNERS, torch.rand(3, 40, 50)], ids=["corners", "random"])
def test_there_and_back(image: Tensor) -> None:
    torch.testing.assert_close(rgb_from_hsv_(hsv_from_rgb(image)), image, atol=2e-6, rtol=0)
    torch.testing.assert_close(rgb_from_lab_(lab_from_rgb(image)), image, atol=3e-5, rtol=0)


def test_lab_values_of_known_colors() -> None:
    # Lindbloom's calculator, D65: white, black, red, mid-gray.
    image = torch.tensor([[1.0, 0, 1, 0.5], [1, 0, 0, 0.5], [1, 0, 0, 0.5]]).view(3, 1, 4)
    lab = lab_from_rgb(image)[:, 0].T * torch.tensor([100.0, 256, 256]) - torch.tensor([0.0, 128, 128])
    expected = torch.tensor([[100.0, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [53.39, 0, 0]])
    torch.testing.assert_close(lab, expected, atol=0.05, rtol=0)


def test_hsv_agrees_with_opencv() -> None:
    image = torch.rand(3, 60, 60, generator=torch.Generator().manual_seed(0))
    theirs = cv2.cvtColor(array(image), cv2.COLOR_RGB2HSV) / np.array([360, 1, 1])
    np.testing.assert_allclose(array(hsv_from_rgb(image)), theirs, atol=1e-4)  # theirs divides approximately


def test_gray_has_no_color() -> None:
    gray = torch.linspace(0, 1, 50).expand(3, 1, 50)
    lab = lab_from_rgb(gray)
    torch.testing.assert_close(lab[1:], torch.full_like(lab[1:], 0.5), atol=1e-5, rtol=0)
    assert hsv_from_rgb(gray)[:2].abs().max() == 0.0


def test_luma_weights() -> None:
    torch.testing.assert_close(luma(torch.eye(3).view(3, 1, 3)), torch.tensor([[0.299, 0.587, 0.114]]))


def test_inputs_are_not_changed() -> None:
    image = torch.rand(3, 10, 10)
    before = image.clone()
    for function in (lab_from_rgb, hsv_from_rgb):
        function(image)
    assert torch.equal(image, before)


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 131_073), (700, 301)])
def test_bands_change_nothing(size: tuple[int, int]) -> None:
    image = torch.rand((3, *size), generator=torch.Generator().manual_seed(1))
    part = image[:, -1:, -7:].clone()
    for there, back in ((lab_from_rgb, rgb_from_lab_), (hsv_from_rgb, rgb_from_hsv_)):
        whole = there(image)
        # Vector code may differ from the code for the last columns in the last bit.
        torch.testing.assert_close(there(part), whole[:, -1:, -7:], atol=1e-6, rtol=0)
        torch.testing.assert_close(back(whole), image, atol=3e-5, rtol=0)


def test_lab_agrees_with_its_definition_in_double_precision() -> None:
    image = torch.rand((3, 90, 90), generator=torch.Generator().manual_seed(2))
    encoded = array(image).astype(np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    ratio = linear @ np.array(XYZ_FROM_RGB).T
    x, y, z = np.moveaxis(np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * 841 / 108 + 4 / 29), -1, 0)
    lab = np.stack((1.16 * y - 0.16, 500 / 256 * (x - y) + 0.5, 200 / 256 * (y - z) + 0.5))
    np.testing.assert_allclose(lab_from_rgb(image).numpy(), lab, atol=2e-6)


def test_a_hundred_trips_through_lab_move_no_value_by_a_tenth_of_a_level() -> None:
    image = torch.rand((3, 120, 120), generator=torch.Generator().manual_seed(3))
    last = image
    for _ in range(100):
        last = rgb_from_lab_(lab_from_rgb(last))
    assert (last - image).abs().max() < 0.1 / 255


def test_hues_beyond_a_circle_and_values_that_are_no_numbers_end() -> None:
    hsv = torch.tensor([[-0.25, 1.25, 1e30, torch.inf, torch.nan], [1.0] * 5, [1.0] * 5]).view(3, 1, 5)
    image = rgb_from_hsv_(hsv)
    assert image.isfinite().all()
    torch.testing.assert_close(image[:, 0, 0], torch.tensor([0.5, 0.0, 1.0]))
    torch.testing.assert_close(image[:, 0, 1], torch.tensor([0.5, 1.0, 0.0]))
