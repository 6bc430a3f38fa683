"""The soft edge around a mask."""

import pytest
import torch

from animator.images.soft_edge import soft_edge


def test_the_mask_falls_to_zero_over_the_width() -> None:
    mask = torch.zeros(3, 40)
    mask[:, 20:] = 1.0
    soft = soft_edge(mask, 8.0)
    assert soft[1, 20:].min() == 1.0 and soft[1, :12].max() == 0.0
    assert soft[1, 12:20].tolist() == pytest.approx([i / 9 for i in range(1, 9)])


def test_a_thin_strip_at_the_edge_of_the_image_has_the_same_ramp() -> None:
    thin, wide = torch.zeros(5, 40), torch.zeros(5, 48)
    thin[:, 39:] = wide[:, 39:] = 1.0
    assert torch.allclose(soft_edge(thin, 16.0), soft_edge(wide, 16.0)[:, :40])


@pytest.mark.parametrize("width", [0.0, 0.9])
def test_without_a_width_the_mask_stays(width: float) -> None:
    mask = torch.eye(8)
    assert torch.equal(soft_edge(mask, width), mask)


def test_a_width_beyond_the_image_reaches_everywhere() -> None:
    mask = torch.zeros(8, 8)
    mask[0, 0] = 1.0
    soft = soft_edge(mask, 512.0)
    assert soft.min() > 0.0 and soft.max() == 1.0
