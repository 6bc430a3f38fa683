"""Solvers of one step: Euler, Heun, DPM-Solver-2, DPM++ 2S and SDE, their ancestral forms, LCM, TCD, Restart.

A solver is a function `(denoise, x, sigmas, noise) -> x`: `denoise(x, sigma)` gives the model's idea of the
denoised latent, `sigmas` are the noise sigmas to walk down, `noise` holds what randomness there is. All
arithmetic on sigmas is in Python numbers, so that nothing waits for the device. Papers' symbols: d =
dx/dsigma, t = -log sigma, h a step of t. Sources: Karras et al. 2022 (Euler, Heun), Lu et al. 2022
(DPM-Solver, DPM-Solver++), Song et al. 2020 (ancestral steps), Xu et al. 2023 (Restart). Held against
diffusers' schedulers by the tests where those have the method.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.models.diffusion.samplers.sampler import Denoise, Levels, NoiseSampler, sampler
from animator.models.diffusion.samplers.sigmas import karras

if TYPE_CHECKING:
    from torch import Tensor

FEW_STEP_NOISE = 0.3  # the share of fresh noise that TCD's authors use
RESTART_FROM, RESTART_TO = 0.1, 2.0  # noise sigmas between which Restart goes back up


def ancestral(start: float, stop: float, eta: float) -> tuple[float, float]:
    """The level to step down to and the noise to add there, so that the result has level `stop`."""
    up = min(stop, eta * math.sqrt(stop**2 * (start**2 - stop**2) / start**2))
    return math.sqrt(stop**2 - up**2), up


def toward(x: Tensor, denoised: Tensor, ratio: float) -> Tensor:
    """The point between `denoised` and x that has `ratio` of x's noise."""
    return denoised + (x - denoised) * ratio


@sampler("Euler")
def euler(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Euler's method; deterministic, one model call a step."""
    for start, stop in itertools.pairwise(sigmas):
        x = toward(x, denoise(x, start), stop / start)
    return x


@sampler("Euler a", ("euler ancestral",), noise="ancestral_eta")
def euler_ancestral(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Euler's method with fresh noise at every step; on DDIM's sigmas it is DDIM with its eta."""
    for start, stop in itertools.pairwise(sigmas):
        down, up = ancestral(start, stop, noise.eta)
        x = _noised(toward(x, denoise(x, start), down / start), up, noise)
    return x


ddim = sampler("DDIM", schedule_type="DDIM", noise="ddim_eta")(euler_ancestral.solve)
ddpm = sampler("DDPM", schedule_type="DDIM", noise="ancestral_eta")(euler_ancestral.solve)


@sampler("Heun", calls_per_step=2)
def heun(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Heun's method: two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(sigmas):
        d = (x - denoise(x, start)) / start
        ahead = x + d * (stop - start)
        if stop > 0:
            d = (d + (ahead - denoise(ahead, stop)) / stop) / 2
            ahead = x + d * (stop - start)
        x = ahead
    return x


@sampler("DPM2", ("dpm 2",), calls_per_step=2, drop_next_to_last=True)
def dpm2(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-2: a midpoint in log sigma; two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(sigmas):
        x = _midpoint(denoise, x, start, stop)
    return x


@sampler(
    "DPM2 a", ("dpm2 ancestral", "dpm 2 a"), noise="ancestral_eta", calls_per_step=2, drop_next_to_last=True
)
def dpm2_ancestral(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-2 with fresh noise at every step."""
    for start, stop in itertools.pairwise(sigmas):
        down, up = ancestral(start, stop, noise.eta)
        x = _noised(_midpoint(denoise, x, start, down), up, noise)
    return x


@sampler("DPM++ 2S a", ("dpmpp 2s a", "dpmpp 2s ancestral"), noise="ancestral_eta", calls_per_step=2)
def dpmpp_2s_ancestral(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2S) with fresh noise at every step; two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(sigmas):
        down, up = ancestral(start, stop, noise.eta)
        denoised = denoise(x, start)
        if down > 0:
            middle = math.sqrt(start * down)
            denoised = denoise(toward(x, denoised, middle / start), middle)
        x = _noised(toward(x, denoised, down / start), up, noise)
    return x


@sampler("DPM++ SDE", ("dpmpp sde",), noise="ancestral_eta", calls_per_step=2)
def dpmpp_sde(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++ (SDE), r = 1/2: two model calls a step, one in a step to 0.

    Half step and whole step follow one Brownian path, as the stochastic equation wants: the whole step's
    noise is the half step's and an independent remainder, each weighted by the length it covers.
    """
    for start, stop in itertools.pairwise(sigmas):
        denoised = denoise(x, start)
        if stop > 0:
            middle = math.sqrt(start * stop)
            first, second = (noise.sample(), noise.sample()) if noise.eta > 0 else (x, x)
            down, up = ancestral(start, middle, noise.eta)
            half = toward(x, denoised, down / start)
            denoised = denoise(half + first * up if up > 0 else half, middle)
            down, up = ancestral(start, stop, noise.eta)
            x = toward(x, denoised, down / start)
            share = (start - middle) / (start - stop)
            x = x + (first * math.sqrt(share) + second * math.sqrt(1 - share)) * up if up > 0 else x
        else:
            x = denoised
    return x


@sampler("LCM", schedule_type="LCM", noise="fixed", few_steps=True)
def lcm(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Latent consistency: jump to the denoised latent, noise it to the next level (Luo et al. 2023)."""
    for start, stop in itertools.pairwise(sigmas):
        x = _noised(denoise(x, start), stop, noise)
    return x


@sampler("TCD", ("euler tcd",), "LCM", noise="ancestral_eta", few_steps=True)
def tcd(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Trajectory consistency: a step past the next level, noised back up to it (Zheng et al. 2024).

    With no fresh noise it is Euler's method on a distilled model, with all that is possible it is `lcm`.
    """
    share = 1 - min(1.0, FEW_STEP_NOISE * noise.eta)
    for start, stop in itertools.pairwise(sigmas):
        down = noise.sigma_at(stop, share) if stop > 0 else 0.0
        x = toward(x, denoise(x, start), down / start)
        x = _noised(x, math.sqrt(max(0.0, stop**2 - down**2)), noise)
    return x


@sampler("Restart", schedule_type="Karras", noise="fixed", calls_per_step=2)
def restart(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Heun's method that goes back up to a middle level, once or twice, where there are 20 steps or more.

    The way back up is fresh noise, which takes off errors made so far. The steps spent there are taken from
    the way down, so that there are as many as asked for.
    """
    for start, stop in _restarts(sigmas):
        x = _noised(x, math.sqrt(start.after**2 - start.before**2), noise)
        x = heun.solve(denoise, x, (start.after, stop), noise)
    return x


@dataclass(frozen=True)
class _Start:
    """Where a step starts: the level that the last one ended at, and the level after fresh noise."""

    before: float
    after: float


def _restarts(sigmas: Levels) -> list[tuple[_Start, float]]:
    """Restart's steps: where each starts, and the level it ends at."""
    steps, times = len(sigmas) - 1, 0
    if steps >= 20:
        again, times = (steps // 4, 2) if steps >= 36 else (9, 1)
        sigmas = (*karras(sigmas[0], sigmas[-2], steps - again * times), sigmas[-1])
    pairs = list(itertools.pairwise(sigmas))
    turn = min(range(len(sigmas)), key=lambda k: abs(sigmas[k] - RESTART_FROM))
    top = min(range(len(sigmas)), key=lambda k: abs(sigmas[k] - RESTART_TO))
    if times and top < turn and sigmas[turn] > 0:
        loop = list(itertools.pairwise(karras(sigmas[top], sigmas[turn], again + 1)))
        pairs[turn:turn] = loop * times
    ends = [sigmas[0], *(stop for _, stop in pairs)]
    return [(_Start(end, start), stop) for end, (start, stop) in zip(ends, pairs, strict=False)]


def _midpoint(denoise: Denoise, x: Tensor, start: float, stop: float) -> Tensor:
    denoised = denoise(x, start)
    if stop == 0:
        return denoised
    middle = math.sqrt(start * stop)
    halfway = toward(x, denoised, middle / start)
    return x + (halfway - denoise(halfway, middle)) * ((stop - start) / middle)


def _noised(x: Tensor, amount: float, noise: NoiseSampler) -> Tensor:
    return x + noise.sample() * amount if amount > 0 else x
