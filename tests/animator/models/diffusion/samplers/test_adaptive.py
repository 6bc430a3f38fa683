"""DPM adaptive, which chooses its own steps."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from animator.errors import AnimatorError
from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.samplers.sigmas import schedule_sigmas
from tests.animator.models.diffusion.samplers.exact_model import TABLE, fresh, normal, two_points


def test_dpm_adaptive_takes_as_many_steps_as_the_model_needs() -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 8)
    asked: list[float] = []

    def calls(clean: Callable[[Tensor, float], Tensor]) -> int:
        asked.clear()

        def model(x: Tensor, sigma: float) -> Tensor:
            asked.append(sigma)
            return clean(x, sigma)

        METHODS["DPM adaptive"].solve(model, normal() * sigmas[0], sigmas, fresh(eta=0.0))
        return len(asked)

    assert 10 < calls(lambda x, sigma: torch.zeros_like(x)) < calls(two_points) < 400
    assert min(asked) >= sigmas[-2] and max(asked) == sigmas[0]


def test_dpm_adaptive_comes_near_the_exact_solution() -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 8)[:-1]
    start = normal() * sigmas[0]
    found = METHODS["DPM adaptive"].solve(lambda x, sigma: x / (1 + sigma**2), start, sigmas, fresh(eta=0.0))
    right = start * math.sqrt((1 + sigmas[-1] ** 2) / (1 + sigmas[0] ** 2))
    assert torch.allclose(found, right, rtol=0.05)  # its own tolerance


def test_dpm_adaptive_gives_up_on_a_model_without_sense() -> None:
    flips = itertools.cycle((1e3, -1e3))
    with pytest.raises(AnimatorError, match=r"DPM adaptive.*use another sampler"):
        METHODS["DPM adaptive"].solve(
            lambda x, sigma: x * next(flips), normal() * 14, (14.0, 0.03, 0.0), fresh()
        )
