"""One-step samplers: Euler, Heun, DPM2, DPM++ 2S a, DPM++ SDE, their ancestral forms, LCM, TCD, Restart.

A sampler is a function `(denoise, x, sigmas, noise) -> x`: `denoise(x, sigma)` returns the model's estimate
of the denoised latent, `sigmas` are the noise levels to step through, `noise` adds fresh noise. Arithmetic on
sigmas uses Python floats, so no step synchronizes with the device. Symbols are those of the papers: d =
dx/dsigma, t = -log sigma, h = a step of t.

Sources: Karras et al. 2022 (Euler, Heun), Lu et al. 2022 (DPM-Solver, DPM-Solver++), Song et al. 2020
(ancestral steps), Xu et al. 2023 (Restart). Tests compare with diffusers' schedulers where those have the
method.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler, Sigmas, sampler
from animator.models.diffusion.samplers.sigmas import karras

if TYPE_CHECKING:
    from torch import Tensor

FEW_STEP_NOISE = 0.3  # fraction of fresh noise that TCD's authors use
RESTART_FROM, RESTART_TO = 0.1, 2.0  # Restart jumps from the first sigma back up to the second


def ancestral_step(sigma: float, sigma_next: float, eta: float) -> tuple[float, float]:
    """Returns `sigma_down` and `sigma_up`: the sigma to step down to, and the noise to add there.

    Args:
        sigma: Noise level before the step.
        sigma_next: Noise level after the step.
        eta: Amount of fresh noise; 0 adds none, 1 is fully ancestral.
    """
    sigma_up = min(sigma_next, eta * math.sqrt(sigma_next**2 * (sigma**2 - sigma_next**2) / sigma**2))
    return math.sqrt(sigma_next**2 - sigma_up**2), sigma_up


def toward(x: Tensor, denoised: Tensor, ratio: float) -> Tensor:
    """Returns the point between `denoised` and x that keeps `ratio` of x's noise."""
    return denoised + (x - denoised) * ratio


@sampler("Euler")
def euler(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Euler's method: deterministic, one model call per step."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        x = toward(x, denoise(x, sigma), sigma_next / sigma)
    return x


@sampler("Euler a", ("euler ancestral",), noise="ancestral_eta")
def euler_ancestral(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Euler's method with fresh noise at every step; on DDIM's sigmas this is DDIM with its eta."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        sigma_down, sigma_up = ancestral_step(sigma, sigma_next, noise.eta)
        x = _add_noise(toward(x, denoise(x, sigma), sigma_down / sigma), sigma_up, noise)
    return x


ddim = sampler("DDIM", schedule_type="DDIM", noise="ddim_eta")(euler_ancestral.solve)
ddpm = sampler("DDPM", schedule_type="DDIM", noise="ancestral_eta")(euler_ancestral.solve)


@sampler("Heun", calls_per_step=2)
def heun(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Heun's method: two model calls per step, one in a step to 0."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        d = (x - denoise(x, sigma)) / sigma
        x_next = x + d * (sigma_next - sigma)
        if sigma_next > 0:
            d = (d + (x_next - denoise(x_next, sigma_next)) / sigma_next) / 2
            x_next = x + d * (sigma_next - sigma)
        x = x_next
    return x


@sampler("DPM2", ("dpm 2",), calls_per_step=2, discard_next_to_last_sigma=True)
def dpm2(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-2, midpoint in log sigma: two model calls per step, one in a step to 0."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        x = _midpoint(denoise, x, sigma, sigma_next)
    return x


@sampler(
    "DPM2 a",
    ("dpm2 ancestral", "dpm 2 a"),
    noise="ancestral_eta",
    calls_per_step=2,
    discard_next_to_last_sigma=True,
)
def dpm2_ancestral(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-2 with fresh noise at every step."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        sigma_down, sigma_up = ancestral_step(sigma, sigma_next, noise.eta)
        x = _add_noise(_midpoint(denoise, x, sigma, sigma_down), sigma_up, noise)
    return x


@sampler("DPM++ 2S a", ("dpmpp 2s a", "dpmpp 2s ancestral"), noise="ancestral_eta", calls_per_step=2)
def dpmpp_2s_ancestral(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2S) with fresh noise at every step: two model calls per step, one in a step to 0."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        sigma_down, sigma_up = ancestral_step(sigma, sigma_next, noise.eta)
        denoised = denoise(x, sigma)
        if sigma_down > 0:
            sigma_mid = math.sqrt(sigma * sigma_down)
            denoised = denoise(toward(x, denoised, sigma_mid / sigma), sigma_mid)
        x = _add_noise(toward(x, denoised, sigma_down / sigma), sigma_up, noise)
    return x


@sampler("DPM++ SDE", ("dpmpp sde",), noise="ancestral_eta", calls_per_step=2)
def dpmpp_sde(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++ (SDE), r = 1/2: two model calls per step, one in a step to 0.

    Half step and full step follow the same Brownian path, as the SDE requires: the noise of the full step is
    the noise of the half step plus an independent remainder, each weighted by the length it covers.
    """
    for sigma, sigma_next in itertools.pairwise(sigmas):
        denoised = denoise(x, sigma)
        if sigma_next > 0:
            sigma_mid = math.sqrt(sigma * sigma_next)
            first, second = (noise.sample(), noise.sample()) if noise.eta > 0 else (x, x)
            sigma_down, sigma_up = ancestral_step(sigma, sigma_mid, noise.eta)
            half = toward(x, denoised, sigma_down / sigma)
            denoised = denoise(half + first * sigma_up if sigma_up > 0 else half, sigma_mid)
            sigma_down, sigma_up = ancestral_step(sigma, sigma_next, noise.eta)
            x = toward(x, denoised, sigma_down / sigma)
            share = (sigma - sigma_mid) / (sigma - sigma_next)
            x = (
                x + (first * math.sqrt(share) + second * math.sqrt(1 - share)) * sigma_up
                if sigma_up > 0
                else x
            )
        else:
            x = denoised
    return x


@sampler("LCM", schedule_type="LCM", noise="fixed", few_steps=True)
def lcm(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """LCM: jump to the denoised latent, then add noise up to the next sigma (Luo et al. 2023)."""
    for sigma, sigma_next in itertools.pairwise(sigmas):
        x = _add_noise(denoise(x, sigma), sigma_next, noise)
    return x


@sampler("TCD", ("euler tcd",), "LCM", noise="ancestral_eta", few_steps=True)
def tcd(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """TCD: step past the next sigma, then add noise back up to it (Zheng et al. 2024).

    Without fresh noise this is Euler's method on a distilled model; with the maximum it is `lcm`.
    """
    share = 1 - min(1.0, FEW_STEP_NOISE * noise.eta)
    for sigma, sigma_next in itertools.pairwise(sigmas):
        sigma_down = noise.sigma_at(sigma_next, share) if sigma_next > 0 else 0.0
        x = toward(x, denoise(x, sigma), sigma_down / sigma)
        x = _add_noise(x, math.sqrt(max(0.0, sigma_next**2 - sigma_down**2)), noise)
    return x


@sampler("Restart", schedule_type="Karras", noise="fixed", calls_per_step=2)
def restart(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Heun's method that jumps back up to a middle sigma: once from 20 steps on, twice from 36 on.

    The jump adds fresh noise, which removes accumulated error. The repeated steps are taken from the main
    descent, so the total is the number of steps asked for.
    """
    for step in _restart_steps(sigmas):
        x = _add_noise(x, math.sqrt(step.sigma**2 - step.sigma_before**2), noise)
        x = heun.solve(denoise, x, (step.sigma, step.sigma_next), noise)
    return x


@dataclass(frozen=True)
class _RestartStep:
    """A step of Restart.

    Attributes:
        sigma_before: Noise level where the previous step ended.
        sigma: Noise level at the start of this step; above `sigma_before` after a jump up.
        sigma_next: Noise level at the end.
    """

    sigma_before: float
    sigma: float
    sigma_next: float


def _restart_steps(sigmas: Sigmas) -> list[_RestartStep]:
    steps, restarts = len(sigmas) - 1, 0
    if steps >= 20:
        restart_steps, restarts = (steps // 4, 2) if steps >= 36 else (9, 1)
        sigmas = (*karras(sigmas[0], sigmas[-2], steps - restart_steps * restarts), sigmas[-1])
    pairs = list(itertools.pairwise(sigmas))
    bottom = min(range(len(sigmas)), key=lambda k: abs(sigmas[k] - RESTART_FROM))
    top = min(range(len(sigmas)), key=lambda k: abs(sigmas[k] - RESTART_TO))
    if restarts and top < bottom and sigmas[bottom] > 0:
        loop = list(itertools.pairwise(karras(sigmas[top], sigmas[bottom], restart_steps + 1)))
        pairs[bottom:bottom] = loop * restarts
    ends = [sigmas[0], *(sigma_next for _, sigma_next in pairs)]
    return [_RestartStep(end, *pair) for end, pair in zip(ends, pairs, strict=False)]


def _midpoint(denoise: Denoise, x: Tensor, sigma: float, sigma_next: float) -> Tensor:
    denoised = denoise(x, sigma)
    if sigma_next == 0:
        return denoised
    sigma_mid = math.sqrt(sigma * sigma_next)
    x_mid = toward(x, denoised, sigma_mid / sigma)
    return x + (x_mid - denoise(x_mid, sigma_mid)) * ((sigma_next - sigma) / sigma_mid)


def _add_noise(x: Tensor, amount: float, noise: NoiseSampler) -> Tensor:
    return x + noise.sample() * amount if amount > 0 else x
