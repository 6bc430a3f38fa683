"""Noise levels of flow-matching models: whole, and begun in the middle of a step."""

from itertools import pairwise

import pytest
import torch

from animator.models.diffusion.flow_matching.schedule import FlowSchedule, steps_begun

TURBO = FlowSchedule((1.0, 0.9, 0.75, 0.5, 0.0), (1000.0, 900.0, 750.0, 500.0))


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (0.0, (1.0, 0.9, 0.75, 0.5, 0.0)),
        (0.25, (0.9, 0.75, 0.5, 0.0)),
        (0.375, (0.825, 0.75, 0.5, 0.0)),
        (0.75, (0.5, 0.0)),
        (0.875, (0.25, 0.0)),
        (1.0, (0.05, 0.0)),
        (1.5, (0.05, 0.0)),
        (-1.0, (1.0, 0.9, 0.75, 0.5, 0.0)),
    ],
)
def test_a_strength_between_two_steps_begins_between_their_sigmas(
    strength: float, expected: tuple[float, ...]
) -> None:
    assert TURBO.after(strength) == pytest.approx(expected)


def test_the_sigmas_of_pixels_are_those_of_images() -> None:
    strengths = torch.tensor([index / 997 for index in range(-20, 1100)])
    expected = [TURBO.after(strength)[0] for strength in strengths.tolist()]
    assert torch.allclose(TURBO.sigma_of(strengths), torch.tensor(expected), atol=1e-6)


def test_few_steps_move_smoothly_from_one_strength_to_the_next() -> None:
    firsts = [TURBO.after(index / 1000)[0] for index in range(1001)]
    jumps = [before - after for before, after in pairwise(firsts)]
    assert min(jumps) >= 0 and max(jumps) < 0.003


@pytest.mark.parametrize("steps", range(1, 40))
def test_rounding_costs_no_step(steps: int) -> None:
    sigmas = (*(1 - index / steps for index in range(steps)), 0.0)
    schedule = FlowSchedule(sigmas, tuple(1000 * sigma for sigma in sigmas[:-1]))
    for skipped in range(steps):
        assert len(schedule.after(skipped / steps)) == steps - skipped + 1


def test_timesteps_follow_the_sigmas() -> None:
    shifted = FlowSchedule((1.0, 0.8, 0.4, 0.0), (1000.0, 666.0, 333.0))
    assert shifted.timestep(0.8) == pytest.approx(666.0)
    assert shifted.timestep(0.6) == pytest.approx(499.5)


@pytest.mark.parametrize("steps", [1, 4, 7, 25])
def test_a_step_that_is_begun_counts(steps: int) -> None:
    sigmas = (*(1 - index / steps for index in range(steps)), 0.0)
    schedule = FlowSchedule(sigmas, tuple(1000 * sigma for sigma in sigmas[:-1]))
    for strength in (-0.2, 0.0, 0.1, 0.35, 0.6, 0.875, 1.0, 1.2):
        assert steps_begun(steps, strength) == len(schedule.after(strength)) - 1
