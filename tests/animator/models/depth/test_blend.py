"""Two networks in one, after `midas_weight`."""

from dataclasses import dataclass
from typing import cast

import pytest
import torch

from animator.models.depth.blend import MetricWithMetric, RelativeWithMetric, mixed_inverse
from animator.models.depth.estimator import Estimator

INVERSE = torch.tensor([[31.0, 12.0], [50.0, 0.0]])
METRES = torch.tensor([[1.0, 2.0], [0.5, 9.0]])


@dataclass(frozen=True)
class Says:
    answer: torch.Tensor

    def raw(self, images: torch.Tensor) -> torch.Tensor:
        return self.answer[None]

    def meters(self, image: torch.Tensor) -> torch.Tensor:
        return self.answer


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 1.0])
def test_is_deforums_mixture_turned_so_that_larger_is_nearer(weight: float) -> None:
    farther = (50.0 - INVERSE) / 19.0 * weight + METRES * (1.0 - weight)
    nearer = mixed_inverse(INVERSE, METRES, weight)
    assert torch.allclose((50.0 - nearer) / 19.0, farther, atol=1e-5)


def test_with_all_weight_on_midas_it_is_midas() -> None:
    assert torch.equal(mixed_inverse(INVERSE, METRES, 1.0), INVERSE)


def test_blends_are_depth_models() -> None:
    frame = torch.zeros(3, 2, 2)
    inverse, meters, farther = (cast(Estimator, Says(answer)) for answer in (INVERSE, METRES, 3 * METRES))
    mixed = RelativeWithMetric(inverse, meters, 0.2).estimate(frame)
    assert torch.allclose(mixed, mixed_inverse(INVERSE, METRES, 0.2))
    metric = MetricWithMetric(meters, farther, 0.25).estimate(frame)
    assert torch.allclose(metric, 1 / (2.5 * METRES))
