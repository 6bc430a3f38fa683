"""Sigmas: known values, and diffusers' where it has the schedule type."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from animator.models.diffusion.samplers.registry import SAMPLERS
from animator.models.diffusion.samplers.sigmas import (
    SCHEDULES,
    NoiseSchedule,
    sampler_sigmas,
    schedule_sigmas,
)
from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion.tiny_models import BETAS


@pytest.fixture(scope="module")
def table() -> Iterator[NoiseSchedule]:
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    yield NoiseSchedule.of(np.cumprod(1 - betas))


def test_stable_diffusions_sigmas_are_the_known_ones(table: NoiseSchedule) -> None:
    assert table.sigmas[[0, -1]] == pytest.approx(
        [0.0291672, 14.6146], rel=1e-4
    )  # as k-diffusion prints them
    assert schedule_sigmas(table, "Uniform", 5) == pytest.approx(
        [14.6146, 4.0862, 1.6156, 0.6951, 0.02917, 0], rel=1e-3
    )
    assert schedule_sigmas(table, "Karras", 3) == pytest.approx([14.6146, 1.2741, 0.02917, 0], rel=1e-3)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7, 20, 50, 77, 1000])
def test_sigmas_fall_strictly_and_are_as_many_as_asked(table: NoiseSchedule, name: str, steps: int) -> None:
    sigmas = schedule_sigmas(table, name, steps)
    assert len(sigmas) == steps + 1
    assert all(after < before for before, after in itertools.pairwise(sigmas))
    assert sigmas[0] <= table.sigmas[-1] * 1.001 and sigmas[-1] < 0.03


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Uniform", {"timestep_spacing": "linspace"}),
        ("Karras", {"timestep_spacing": "linspace", "use_karras_sigmas": True}),
        ("Exponential", {"timestep_spacing": "linspace", "use_exponential_sigmas": True}),
        ("Trailing", {"timestep_spacing": "trailing"}),
        ("DDIM", {"timestep_spacing": "leading"}),
    ],
)
@pytest.mark.parametrize("steps", [4, 20])
def test_sigmas_are_those_of_diffusers(
    table: NoiseSchedule, name: str, options: dict[str, object], steps: int
) -> None:
    declare_missing_ops()
    from diffusers import EulerDiscreteScheduler

    theirs = EulerDiscreteScheduler(**BETAS, **options)
    theirs.set_timesteps(steps)
    # Theirs are in single precision; DDIM's own last sigma is the smallest, not 0.
    assert schedule_sigmas(table, name, steps)[:-1] == pytest.approx(theirs.sigmas[:-1].tolist(), rel=2e-4)


def test_beta_sigmas_are_those_of_the_distribution(table: NoiseSchedule) -> None:
    beta = pytest.importorskip("scipy.stats").beta
    for steps in (5, 20, 33):
        quantiles = beta.ppf(1 - np.linspace(0, 1, steps), 0.6, 0.6)
        expected = table.sigmas[np.rint(quantiles * 999).astype(int)]
        # One step of rounding apart at most: the quantiles agree to 1e-5.
        assert np.allclose(schedule_sigmas(table, "Beta", steps)[:-1], expected, rtol=0.02)


def test_timesteps_and_sigmas_are_inverse(table: NoiseSchedule) -> None:
    for timestep in (0.0, 17.25, 500.5, 999.0):
        assert table.timestep(float(table.sigma(timestep))) == pytest.approx(timestep, abs=1e-6)


def test_discarding_the_next_to_last_sigma_keeps_the_count(table: NoiseSchedule) -> None:
    sigmas = sampler_sigmas(table, SAMPLERS["DPM2 Karras"], "Karras", 6)
    whole = schedule_sigmas(table, "Karras", 7)
    assert sigmas == (*whole[:-2], 0.0)


def test_pure_noise_at_the_end_gives_a_finite_sigma() -> None:
    table = NoiseSchedule.of(np.array([0.99, 0.5, 0.0]))
    assert table.sigmas[-1] == pytest.approx(4096, rel=1e-3)
