"""Solvers: against diffusers' schedulers on one model, against exact solutions, and how they call it."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.samplers.sampler import NoiseSampler, Sampler
from animator.models.diffusion.samplers.sigmas import schedule_sigmas
from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion.samplers.exact_model import TABLE, fresh, normal, two_points
from tests.animator.models.diffusion.tiny_models import BETAS

SAMPLERS = tuple(METHODS.values())
NOISY = tuple(made for made in SAMPLERS if made.noise != "none")


def named(samplers: Iterable[Sampler]) -> pytest.MarkDecorator:
    """A test for each of the samplers."""
    return pytest.mark.parametrize("sampler", samplers, ids=lambda sampler: sampler.name)


def solve(
    name: str, sigmas: Sequence[float], noise: NoiseSampler | None = None, x: Tensor | None = None
) -> Tensor:
    start = normal() * sigmas[0] if x is None else x
    return METHODS[name].solve(two_points, start, sigmas, noise or fresh())


def by_diffusers(scheduler: Any, steps: int, *, is_scaled: bool) -> Tensor:
    """Samples with a scheduler; `is_scaled`: its latents have the scale of sigma, not variance 1."""
    scheduler.set_timesteps(steps)
    x = normal() * float(scheduler.sigmas[0])
    x = x if is_scaled else x / math.sqrt(float(scheduler.sigmas[0]) ** 2 + 1)
    for timestep in scheduler.timesteps:
        if scheduler.step_index is None:
            scheduler._init_step_index(timestep)
        sigma = _current_sigma(scheduler)
        raw = x if is_scaled else x * math.sqrt(sigma**2 + 1)
        scheduler.scale_model_input(x, timestep)
        x = scheduler.step((raw - two_points(raw, sigma)) / sigma, timestep, x).prev_sample
    return x


def _current_sigma(scheduler: Any) -> float:
    """Returns the sigma of the scheduler's next model call: a midpoint in every second one of KDPM2."""
    if getattr(scheduler, "state_in_first_order", True) or not hasattr(scheduler, "sigmas_interpol"):
        return float(scheduler.sigmas[scheduler.step_index])
    return float(scheduler.sigmas_interpol[scheduler.step_index])


@pytest.mark.parametrize(
    ("ours", "theirs", "options", "is_scaled"),
    [
        ("Euler", "EulerDiscreteScheduler", {}, True),
        ("Heun", "HeunDiscreteScheduler", {}, True),
        ("LMS", "LMSDiscreteScheduler", {}, True),
        ("DPM2", "KDPM2DiscreteScheduler", {}, True),
        ("DPM++ 2M", "DPMSolverMultistepScheduler", {"euler_at_final": True}, False),
        ("UniPC", "UniPCMultistepScheduler", {"solver_order": 3}, False),
        ("DDIM", "EulerDiscreteScheduler", {}, True),
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
    found = solve(ours, schedule_sigmas(TABLE, "Trailing", steps), fresh(eta=0.0))
    # Their sigmas are in single precision, and LMS integrates to 1e-4.
    assert torch.allclose(found, expected.to(torch.float64), atol=2e-3), (found - expected).abs().max()


def test_ancestral_steps_without_eta_are_eulers() -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 9)
    assert torch.allclose(solve("Euler a", sigmas, fresh(eta=0.0)), solve("Euler", sigmas))


def test_ddim_with_eta_is_diffusers_ddim() -> None:
    """In another scale DDIM is an ancestral step; held against the scheduler with equal noise."""
    declare_missing_ops()
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(**BETAS, timestep_spacing="leading", clip_sample=False, set_alpha_to_one=False)
    scheduler.set_timesteps(10)
    sigmas = schedule_sigmas(TABLE, "DDIM", 10)
    source, x = fresh(), normal()
    start = x * math.sqrt(sigmas[0] ** 2 + 1)
    for timestep, sigma in zip(scheduler.timesteps, sigmas, strict=False):
        raw = x * math.sqrt(sigma**2 + 1)
        answer = (raw - two_points(raw, sigma)) / sigma
        x = scheduler.step(answer, timestep, x, eta=0.7, variance_noise=source.sample()).prev_sample
    found = solve("DDIM", sigmas, fresh(eta=0.7), start) / math.sqrt(sigmas[-1] ** 2 + 1)
    assert torch.allclose(found, x, atol=1e-4)


@named(SAMPLERS)
def test_a_model_that_is_sure_is_believed(sampler: Sampler) -> None:
    """With a constant clean latent every solver ends exactly there, or within the noise of its last sigma."""
    clean = normal(4)
    sigmas = schedule_sigmas(TABLE, "Karras", 8)
    found = sampler.solve(lambda x, sigma: clean, normal() * sigmas[0], sigmas, fresh())
    assert torch.allclose(found, clean, atol=5 * sigmas[-2] if sampler.own_sigmas else 1e-9)


# Restart adds noise without end, so that it comes near in spread only.
@named(
    made
    for made in SAMPLERS
    if made.calls_per_step is not None and not made.few_steps and made.noise != "fixed"
)
def test_more_steps_come_nearer_to_the_exact_solution(sampler: Sampler) -> None:
    """Data of variance 1 at 0: the path down to a sigma has a closed form, x scales with the spread."""

    def exact(x: Tensor, sigma: float) -> Tensor:
        return x / (1 + sigma**2)

    errors = []
    # DPM fast groups its calls in threes; what is left over decides how large its error is.
    for steps in (10, 19, 37) if sampler.own_sigmas else (8, 16, 32):
        sigmas = [sigma for sigma in schedule_sigmas(TABLE, "Exponential", steps) if sigma > 0]
        start = normal() * sigmas[0]
        found = sampler.solve(exact, start, sigmas, fresh(eta=0.0))
        right = start * math.sqrt((1 + sigmas[-1] ** 2) / (1 + sigmas[0] ** 2))
        errors.append(float((found - right).abs().max()))
    # A method of order 1 halves its error when the steps are doubled.
    assert errors[1] < 0.62 * errors[0] and errors[2] < 0.62 * errors[1], errors


@named(made for made in NOISY if not made.few_steps and made.schedule_type != "DDIM")
def test_fresh_noise_keeps_the_spread_right(sampler: Sampler) -> None:
    """Data of variance 1: with fresh noise at every step the sampled latents have variance 1 as well."""
    sigmas = [sigma for sigma in schedule_sigmas(TABLE, "Exponential", 60) if sigma > 0]
    big = (1, 4, 64, 64)
    generator = torch.Generator().manual_seed(2)
    noise = NoiseSampler(lambda: torch.randn(big, generator=generator, dtype=torch.float64), 1.0)
    start = noise.sample() * math.sqrt(1 + sigmas[0] ** 2)
    found = sampler.solve(lambda x, sigma: x / (1 + sigma**2), start, sigmas, noise)
    # 16,384 samples and 60 steps; Euler's method, of order 1, is still 10 % short there.
    assert float(found.var()) == pytest.approx(1.0, abs=0.12 if sampler.name == "Euler a" else 0.06)


@named(made for made in SAMPLERS if made.calls_per_step is not None)
def test_the_model_is_called_as_often_as_promised(sampler: Sampler) -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 7)
    asked: list[float] = []

    def count(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        return two_points(x, sigma)

    sampler.solve(count, normal() * sigmas[0], sigmas, fresh())
    assert sampler.calls_per_step is not None
    # A step to 0, the last of the seven, takes one call.
    assert len(asked) == 6 * sampler.calls_per_step + 1 + sampler.extra_calls
    assert asked[0] == sigmas[0] and min(asked) > 0


@named(NOISY)
def test_noise_is_repeatable_and_only_noise_differs(sampler: Sampler) -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 24)  # from 20 steps on Restart goes back up
    assert torch.equal(solve(sampler.name, sigmas, fresh(1)), solve(sampler.name, sigmas, fresh(1)))
    assert not torch.equal(solve(sampler.name, sigmas, fresh(1)), solve(sampler.name, sigmas, fresh(2)))


@named(made for made in SAMPLERS if made.noise in ("none", "fixed"))
def test_no_eta_acts_where_none_is_declared(sampler: Sampler) -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 6)
    assert torch.equal(solve(sampler.name, sigmas, fresh()), solve(sampler.name, sigmas, fresh(eta=0.3)))


@named(made for made in SAMPLERS if made.noise == "none")
def test_no_noise_is_drawn_where_none_is_declared(sampler: Sampler) -> None:
    sigmas = schedule_sigmas(TABLE, "Karras", 24)
    assert torch.equal(solve(sampler.name, sigmas, fresh(1)), solve(sampler.name, sigmas, fresh(2)))


@named(made for made in NOISY if made.noise != "fixed")
def test_eta_acts(sampler: Sampler) -> None:
    name = sampler.name
    sigmas = schedule_sigmas(TABLE, "Karras", 6)
    some, none = solve(name, sigmas, fresh(eta=0.5)), solve(name, sigmas, fresh(eta=0.0))
    assert not torch.allclose(some, none) and not torch.allclose(some, solve(name, sigmas, fresh(eta=1.0)))
    assert torch.equal(none, solve(name, sigmas, fresh(2, eta=0.0)))


@pytest.mark.parametrize("name", METHODS)
def test_one_step_is_enough_to_end(name: str) -> None:
    for sigmas in ((14.6, 0.0), (0.3, 0.0), (0.5, 0.03)):
        assert bool(torch.isfinite(solve(name, sigmas)).all())


def test_tcd_is_diffusers_tcd() -> None:
    """Up to the last step, in which diffusers leaves a little noise."""
    declare_missing_ops()
    from diffusers import TCDScheduler

    scheduler = TCDScheduler(**BETAS, clip_sample=False)
    scheduler.set_timesteps(4)
    sigmas = schedule_sigmas(TABLE, "LCM", 4)
    source, x = fresh(), normal()
    start = x * math.sqrt(sigmas[0] ** 2 + 1)
    noises = [source.sample() for _ in range(3)]
    for index, timestep in enumerate(scheduler.timesteps[:3]):
        sigma = sigmas[index]
        raw = x * math.sqrt(sigma**2 + 1)
        answer = (raw - two_points(raw, sigma)) / sigma
        stepped = scheduler.step(answer, timestep, x, eta=0.3)
        share = float(scheduler.alphas_cumprod[int(scheduler.timesteps[index + 1])])
        early = float(scheduler.alphas_cumprod[int(0.7 * int(scheduler.timesteps[index + 1]))])
        # Their step draws noise of its own: what it added is known, and ours takes its place.
        x = (
            math.sqrt(share / early) * stepped.pred_noised_sample
            + math.sqrt(1 - share / early) * noises[index]
        )
    turn = iter(noises)
    noise = NoiseSampler(lambda: next(turn), 1.0, TABLE.sigma_at)
    found = METHODS["TCD"].solve(two_points, start, sigmas[:-1], noise)
    assert torch.allclose(found / math.sqrt(sigmas[3] ** 2 + 1), x, atol=1e-4)


def test_tcd_without_noise_is_eulers_and_with_all_of_it_lcm() -> None:
    sigmas = schedule_sigmas(TABLE, "LCM", 4)
    assert torch.allclose(solve("TCD", sigmas, fresh(eta=0.0)), solve("Euler", sigmas))
    everything = solve("TCD", sigmas, fresh(eta=10 / 3))
    assert torch.allclose(everything, solve("LCM", sigmas, fresh()))


@pytest.mark.parametrize(("steps", "turns"), [(19, 0), (20, 1), (35, 1), (36, 2), (60, 2)])
def test_restart_goes_back_up_as_often_as_there_are_steps_for(steps: int, turns: int) -> None:
    asked: list[float] = []

    def note(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        return two_points(x, sigma)

    sigmas = schedule_sigmas(TABLE, "Karras", steps)
    METHODS["Restart"].solve(note, normal() * sigmas[0], sigmas, fresh())
    assert len(asked) == 2 * steps - 1
    ups = [(before, after) for before, after in itertools.pairwise(asked) if after > before]
    assert len(ups) == turns
    assert all(0.05 < before < 0.2 and 1.5 < after < 3 for before, after in ups)
