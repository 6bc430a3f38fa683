"""Noise of frames: new for every frame, and repeatable."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.images.noise import Perlin
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.filters import AntiBlur, Contrast, PerlinNoise, UniformNoise, sharpen_settings
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make

GRAY = torch.full((3, 8, 8), 0.5)
NOISES = pytest.mark.parametrize("step", [UniformNoise(), PerlinNoise(Perlin())], ids=["uniform", "perlin"])


def plans(make_animation: Make, **settings: Any) -> list[Plan]:
    """The plans of a film that has one seed for all its frames."""
    diffusion = {"seed": 7, "seed_behavior": "fixed"}
    return list(Timeline(make_animation(diffusion=diffusion, noise={"amount": 1}, **settings)))


def noise(step: Step, plan: Plan) -> Tensor:
    return step.apply(GRAY, plan, State())


@NOISES
def test_a_fixed_seed_does_not_repeat_its_noise(make_animation: Make, step: Step) -> None:
    first, second = (noise(step, plan) for plan in plans(make_animation)[1:3])
    assert float((first - second).abs().mean()) > 0.1


@NOISES
def test_a_frames_noise_is_the_same_each_time(make_animation: Make, step: Step) -> None:
    plan = plans(make_animation)[3]
    assert torch.equal(noise(step, plan), noise(step, plan))


@pytest.mark.parametrize(
    ("frame", "wanted"), [(1, [0.50501, 0.74861, 1.0, 0.40426]), (2, [0.37760, 1.0, 0.71169, 0.30466])]
)
def test_the_noise_of_a_frame_is_known(make_animation: Make, frame: int, wanted: list[float]) -> None:
    found = noise(UniformNoise(), plans(make_animation)[frame])
    assert found[0, 0, :4].tolist() == pytest.approx(wanted, abs=1e-4)


def test_each_step_takes_its_numbers_from_the_plan(make_animation: Make) -> None:
    settings = {
        "color": {"contrast": 0.5},
        "sharpen": {"amount": 0.25, "kernel": 4, "sigma": 2, "threshold": 3},
    }
    plan = plans(make_animation, **settings)[1]
    assert torch.equal(Contrast().apply(GRAY, plan, State()), GRAY / 2)
    found = sharpen_settings(plan)
    assert (found.amount, found.width, found.sigma, found.threshold) == (0.25, 5, 2, 3)
    edge = torch.cat((GRAY[..., :4] - 0.2, GRAY[..., 4:] + 0.2), 2)
    assert float(AntiBlur().apply(edge, plan, State())[0, 0, 4]) > 0.71
