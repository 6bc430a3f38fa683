"""Solvers: against diffusers' schedulers on one model, against exact solutions, and how they call it."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.diffusion.multistep import SOLVERS
from animator.diffusion.solvers import Noise
from animator.diffusion.spacing import NoiseTable, grid
from animator.errors import AnimatorError
from animator.torchvision_ops import declare_missing_ops
from tests.animator.diffusion.tiny_models import BETAS

TABLE = NoiseTable.of(np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2))
SHAPE = (1, 4, 8, 8)
TWO_CALLS = {"heun", "dpm2", "dpm2_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "restart"}
FREE = {"dpm_fast", "dpm_adaptive"}
"""Solvers that choose their own levels, and end at the last one above 0."""
OWN_COUNT = {"dpm_adaptive"}
FEW_STEP = {"lcm", "tcd"}
STOCHASTIC = {
    *("euler_ancestral", "dpm2_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "lcm", "dpmpp_2m_sde"),
    *("dpmpp_2m_sde_heun", "dpmpp_3m_sde", "dpm_fast", "dpm_adaptive", "tcd"),
}
"""Solvers that `ancestral_eta` acts on; `ddim` has its own eta, `restart` adds noise without one, the others
are deterministic."""


def two_points(x: Tensor, sigma: float) -> Tensor:
    """The clean latent for data that is -1 or 1 with even odds: curved, and exact."""
    return torch.tanh(x / sigma**2)


def normal(seed: int = 0) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fresh(seed: int = 1, eta: float = 1.0) -> Noise:
    generator = torch.Generator().manual_seed(seed)
    return Noise(lambda: torch.randn(SHAPE, generator=generator, dtype=torch.float64), eta)


def solve(name: str, levels: Sequence[float], noise: Noise | None = None, x: Tensor | None = None) -> Tensor:
    start = normal() * levels[0] if x is None else x
    return SOLVERS[name](two_points, start, levels, noise or fresh())


def by_diffusers(scheduler: Any, steps: int, *, is_scaled: bool) -> Tensor:
    """The same drawing by a scheduler; `is_scaled`: its latents have the level's scale, not variance 1."""
    scheduler.set_timesteps(steps)
    x = normal() * float(scheduler.sigmas[0])
    x = x if is_scaled else x / math.sqrt(float(scheduler.sigmas[0]) ** 2 + 1)
    for timestep in scheduler.timesteps:
        if scheduler.step_index is None:
            scheduler._init_step_index(timestep)
        sigma = _level(scheduler)
        raw = x if is_scaled else x * math.sqrt(sigma**2 + 1)
        scheduler.scale_model_input(x, timestep)
        x = scheduler.step((raw - two_points(raw, sigma)) / sigma, timestep, x).prev_sample
    return x


def _level(scheduler: Any) -> float:
    """The level that the scheduler asks the model about: a midpoint in every second call of KDPM2's."""
    if getattr(scheduler, "state_in_first_order", True) or not hasattr(scheduler, "sigmas_interpol"):
        return float(scheduler.sigmas[scheduler.step_index])
    return float(scheduler.sigmas_interpol[scheduler.step_index])


@pytest.mark.parametrize(
    ("ours", "theirs", "options", "is_scaled"),
    [
        ("euler", "EulerDiscreteScheduler", {}, True),
        ("heun", "HeunDiscreteScheduler", {}, True),
        ("lms", "LMSDiscreteScheduler", {}, True),
        ("dpm2", "KDPM2DiscreteScheduler", {}, True),
        ("dpmpp_2m", "DPMSolverMultistepScheduler", {"euler_at_final": True}, False),
        ("unipc", "UniPCMultistepScheduler", {"solver_order": 3}, False),
        ("ddim", "EulerDiscreteScheduler", {}, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("steps", [6, 15])
def test_solvers_give_what_diffusers_schedulers_give(
    ours: str, theirs: str, options: dict[str, Any], is_scaled: bool, steps: int
) -> None:
    if theirs == "LMSDiscreteScheduler":
        pytest.importorskip("scipy")
    declare_missing_ops()
    import diffusers

    scheduler = getattr(diffusers, theirs)(**BETAS, timestep_spacing="trailing", **options)
    expected = by_diffusers(scheduler, steps, is_scaled=is_scaled)
    found = solve(ours, grid(TABLE, "Trailing", steps), fresh(eta=0.0))
    # Their levels are in single precision, and LMS integrates to 1e-4.
    assert torch.allclose(found, expected.to(torch.float64), atol=2e-3), (found - expected).abs().max()


def test_ancestral_steps_without_eta_are_eulers() -> None:
    levels = grid(TABLE, "Karras", 9)
    assert torch.allclose(solve("euler_ancestral", levels, fresh(eta=0.0)), solve("euler", levels))


def test_ddim_with_eta_is_diffusers_ddim() -> None:
    """In another scale DDIM is an ancestral step; held against the scheduler with equal noise."""
    declare_missing_ops()
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(**BETAS, timestep_spacing="leading", clip_sample=False, set_alpha_to_one=False)
    scheduler.set_timesteps(10)
    levels = grid(TABLE, "DDIM", 10)
    source, x = fresh(), normal()
    start = x * math.sqrt(levels[0] ** 2 + 1)
    for timestep, level in zip(scheduler.timesteps, levels, strict=False):
        raw = x * math.sqrt(level**2 + 1)
        answer = (raw - two_points(raw, level)) / level
        x = scheduler.step(answer, timestep, x, eta=0.7, variance_noise=source.draw()).prev_sample
    found = solve("ddim", levels, fresh(eta=0.7), start) / math.sqrt(levels[-1] ** 2 + 1)
    assert torch.allclose(found, x, atol=1e-4)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_model_that_is_sure_is_believed(name: str) -> None:
    """With a constant clean latent every solver ends exactly there, or within its last level's noise."""
    clean = normal(4)
    levels = grid(TABLE, "Karras", 8)
    found = SOLVERS[name](lambda x, sigma: clean, normal() * levels[0], levels, fresh())
    assert torch.allclose(found, clean, atol=5 * levels[-2] if name in FREE else 1e-9)


@pytest.mark.parametrize("name", sorted(SOLVERS.keys() - FEW_STEP - OWN_COUNT - {"restart"}))
def test_more_steps_come_nearer_to_the_exact_solution(name: str) -> None:
    """Data of variance 1 at 0: the path down to a level has a closed form, x scales with the spread."""

    def exact(x: Tensor, sigma: float) -> Tensor:
        return x / (1 + sigma**2)

    errors = []
    # DPM fast groups its calls in threes; what is left over decides how large its error is.
    for steps in (10, 19, 37) if name == "dpm_fast" else (8, 16, 32):
        levels = [level for level in grid(TABLE, "Exponential", steps) if level > 0]
        start = normal() * levels[0]
        found = SOLVERS[name](exact, start, levels, fresh(eta=0.0))
        right = start * math.sqrt((1 + levels[-1] ** 2) / (1 + levels[0] ** 2))
        errors.append(float((found - right).abs().max()))
    # A method of order 1 halves its error when the steps are doubled.
    assert errors[1] < 0.62 * errors[0] and errors[2] < 0.62 * errors[1], errors


@pytest.mark.parametrize("name", sorted((STOCHASTIC | {"restart"}) - FEW_STEP))
def test_fresh_noise_keeps_the_spread_right(name: str) -> None:
    """Data of variance 1: with noise put in at every step the drawn latents have variance 1 as well."""
    levels = [level for level in grid(TABLE, "Exponential", 60) if level > 0]
    big = (1, 4, 64, 64)
    generator = torch.Generator().manual_seed(2)
    noise = Noise(lambda: torch.randn(big, generator=generator, dtype=torch.float64), 1.0)
    start = noise.draw() * math.sqrt(1 + levels[0] ** 2)
    found = SOLVERS[name](lambda x, sigma: x / (1 + sigma**2), start, levels, noise)
    # 16,384 samples and 60 steps; Euler's method, of order 1, is still 10 % short there.
    assert float(found.var()) == pytest.approx(1.0, abs=0.12 if name == "euler_ancestral" else 0.06)


@pytest.mark.parametrize("name", sorted(SOLVERS.keys() - OWN_COUNT))
def test_the_model_is_called_as_often_as_promised(name: str) -> None:
    levels = grid(TABLE, "Karras", 7)
    asked: list[float] = []

    def count(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        return two_points(x, sigma)

    SOLVERS[name](count, normal() * levels[0], levels, fresh())
    assert len(asked) == (13 if name in TWO_CALLS else 8 if name == "plms" else 7)
    assert asked[0] == levels[0] and min(asked) > 0


@pytest.mark.parametrize("name", sorted(STOCHASTIC | {"restart"}))
def test_noise_is_repeatable_and_only_noise_differs(name: str) -> None:
    levels = grid(TABLE, "Karras", 24)  # from 20 steps on Restart goes back up
    assert torch.equal(solve(name, levels, fresh(1)), solve(name, levels, fresh(1)))
    assert not torch.equal(solve(name, levels, fresh(1)), solve(name, levels, fresh(2)))


@pytest.mark.parametrize("name", [*sorted(STOCHASTIC - {"lcm"}), "ddim"])
def test_eta_acts(name: str) -> None:
    levels = grid(TABLE, "Karras", 6)
    some, none = solve(name, levels, fresh(eta=0.5)), solve(name, levels, fresh(eta=0.0))
    assert not torch.allclose(some, none) and not torch.allclose(some, solve(name, levels, fresh(eta=1.0)))
    assert torch.equal(none, solve(name, levels, fresh(2, eta=0.0)))


@pytest.mark.parametrize("name", SOLVERS)
def test_one_step_is_enough_to_end(name: str) -> None:
    for levels in ((14.6, 0.0), (0.3, 0.0), (0.5, 0.03)):
        assert bool(torch.isfinite(solve(name, levels)).all())


def test_tcd_is_diffusers_tcd() -> None:
    """Up to the last step, in which diffusers leaves a little noise."""
    declare_missing_ops()
    from diffusers import TCDScheduler

    scheduler = TCDScheduler(**BETAS, clip_sample=False)
    scheduler.set_timesteps(4)
    levels = grid(TABLE, "LCM", 4)
    source, x = fresh(), normal()
    start = x * math.sqrt(levels[0] ** 2 + 1)
    noises = [source.draw() for _ in range(3)]
    for index, timestep in enumerate(scheduler.timesteps[:3]):
        level = levels[index]
        raw = x * math.sqrt(level**2 + 1)
        answer = (raw - two_points(raw, level)) / level
        stepped = scheduler.step(answer, timestep, x, eta=0.3)
        share = float(scheduler.alphas_cumprod[int(scheduler.timesteps[index + 1])])
        early = float(scheduler.alphas_cumprod[int(0.7 * int(scheduler.timesteps[index + 1]))])
        # Their step draws noise of its own: what it added is known, and ours takes its place.
        x = (
            math.sqrt(share / early) * stepped.pred_noised_sample
            + math.sqrt(1 - share / early) * noises[index]
        )
    turn = iter(noises)
    noise = Noise(lambda: next(turn), 1.0, TABLE.earlier)
    found = SOLVERS["tcd"](two_points, start, levels[:-1], noise)
    assert torch.allclose(found / math.sqrt(levels[3] ** 2 + 1), x, atol=1e-4)


def test_tcd_without_noise_is_eulers_and_with_all_of_it_lcm() -> None:
    levels = grid(TABLE, "LCM", 4)
    assert torch.allclose(solve("tcd", levels, fresh(eta=0.0)), solve("euler", levels))
    everything = solve("tcd", levels, fresh(eta=10 / 3))
    assert torch.allclose(everything, solve("lcm", levels, fresh()))


@pytest.mark.parametrize(("steps", "turns"), [(19, 0), (20, 1), (35, 1), (36, 2), (60, 2)])
def test_restart_goes_back_up_as_often_as_there_are_steps_for(steps: int, turns: int) -> None:
    asked: list[float] = []

    def note(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        return two_points(x, sigma)

    levels = grid(TABLE, "Karras", steps)
    SOLVERS["restart"](note, normal() * levels[0], levels, fresh())
    assert len(asked) == 2 * steps - 1
    ups = [(before, after) for before, after in itertools.pairwise(asked) if after > before]
    assert len(ups) == turns
    assert all(0.05 < before < 0.2 and 1.5 < after < 3 for before, after in ups)


def test_dpm_adaptive_takes_as_many_steps_as_the_model_needs() -> None:
    levels = grid(TABLE, "Karras", 8)
    asked: list[float] = []

    def calls(clean: Callable[[Tensor, float], Tensor]) -> int:
        asked.clear()

        def model(x: Tensor, sigma: float) -> Tensor:
            asked.append(sigma)
            return clean(x, sigma)

        SOLVERS["dpm_adaptive"](model, normal() * levels[0], levels, fresh(eta=0.0))
        return len(asked)

    assert 10 < calls(lambda x, sigma: torch.zeros_like(x)) < calls(two_points) < 400
    assert min(asked) >= levels[-2] and max(asked) == levels[0]


def test_dpm_adaptive_comes_near_the_exact_solution() -> None:
    levels = grid(TABLE, "Karras", 8)[:-1]
    start = normal() * levels[0]
    found = SOLVERS["dpm_adaptive"](lambda x, sigma: x / (1 + sigma**2), start, levels, fresh(eta=0.0))
    right = start * math.sqrt((1 + levels[-1] ** 2) / (1 + levels[0] ** 2))
    assert torch.allclose(found, right, rtol=0.05)  # its own tolerance


def test_dpm_adaptive_gives_up_on_a_model_without_sense() -> None:
    flips = itertools.cycle((1e3, -1e3))
    with pytest.raises(AnimatorError, match=r"DPM adaptive.*use another sampler"):
        SOLVERS["dpm_adaptive"](lambda x, sigma: x * next(flips), normal() * 14, (14.0, 0.03, 0.0), fresh())
