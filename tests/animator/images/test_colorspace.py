import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.colorspace import hsv_from_rgb, lab_from_rgb, luma, rgb_from_hsv, rgb_from_lab_


def array(image: Tensor) -> np.ndarray:
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())


CORNERS = torch.tensor(
    [[r, g, b] for r in (0.0, 0.5, 1.0) for g in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)]
).T.reshape(3, 1, 27)


@pytest.mark.parametrize("image", [CORNERS, torch.rand(3, 40, 50)], ids=["corners", "random"])
def test_there_and_back(image: Tensor) -> None:
    torch.testing.assert_close(rgb_from_hsv(hsv_from_rgb(image)), image, atol=2e-6, rtol=0)
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
    for function in (lab_from_rgb, hsv_from_rgb, rgb_from_hsv):
        function(image)
    assert torch.equal(image, before)
