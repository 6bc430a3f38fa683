"""Solvers of one step: Euler, Heun, DPM-Solver-2, DPM++ 2S and SDE, and their ancestral forms.

A solver is a function `(denoise, x, levels, noise) -> x`: `denoise(x, sigma)` gives the model's idea of the
clean latent, `levels` are the noise levels to walk down, `noise` holds what randomness there is. All
arithmetic on levels is in Python numbers, so that nothing waits for the device. Papers' symbols: d =
dx/dsigma, t = -log sigma, h a step of t. Sources: Karras et al. 2022 (Euler, Heun), Lu et al. 2022
(DPM-Solver, DPM-Solver++), Song et al. 2020 (ancestral steps). Held against diffusers' schedulers by the
tests where those have the method.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]
Levels = Sequence[float]


@dataclass(frozen=True, eq=False)
class Noise:
    """What randomness a solver may add.

    Attributes:
        draw: A fresh normal latent at every call.
        eta: How much of the noise that a step could replace it does; 0 is deterministic, 1 fully ancestral.
    """

    draw: Callable[[], Tensor]
    eta: float


def ancestral(start: float, stop: float, eta: float) -> tuple[float, float]:
    """The level to step down to and the noise to add there, so that the result has level `stop`."""
    up = min(stop, eta * math.sqrt(stop**2 * (start**2 - stop**2) / start**2))
    return math.sqrt(stop**2 - up**2), up


def toward(x: Tensor, clean: Tensor, ratio: float) -> Tensor:
    """The point between `clean` and x that has `ratio` of x's noise."""
    return clean + (x - clean) * ratio


def euler(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """Euler's method; deterministic, one model call a step."""
    for start, stop in itertools.pairwise(levels):
        x = toward(x, denoise(x, start), stop / start)
    return x


def euler_ancestral(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """Euler's method with fresh noise at every step; on DDIM's levels it is DDIM with its eta."""
    for start, stop in itertools.pairwise(levels):
        down, up = ancestral(start, stop, noise.eta)
        x = _noised(toward(x, denoise(x, start), down / start), up, noise)
    return x


def heun(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """Heun's method: two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(levels):
        d = (x - denoise(x, start)) / start
        ahead = x + d * (stop - start)
        if stop > 0:
            d = (d + (ahead - denoise(ahead, stop)) / stop) / 2
            ahead = x + d * (stop - start)
        x = ahead
    return x


def dpm2(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """DPM-Solver-2: a midpoint in log sigma; two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(levels):
        x = _midpoint(denoise, x, start, stop)
    return x


def dpm2_ancestral(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """DPM-Solver-2 with fresh noise at every step."""
    for start, stop in itertools.pairwise(levels):
        down, up = ancestral(start, stop, noise.eta)
        x = _noised(_midpoint(denoise, x, start, down), up, noise)
    return x


def dpmpp_2s_ancestral(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """DPM-Solver++(2S) with fresh noise at every step; two model calls a step, one in a step to 0."""
    for start, stop in itertools.pairwise(levels):
        down, up = ancestral(start, stop, noise.eta)
        clean = denoise(x, start)
        if down > 0:
            middle = math.sqrt(start * down)
            clean = denoise(toward(x, clean, middle / start), middle)
        x = _noised(toward(x, clean, down / start), up, noise)
    return x


def dpmpp_sde(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """DPM-Solver++ (SDE), r = 1/2: two model calls a step, one in a step to 0.

    Half step and whole step follow one Brownian path, as the stochastic equation wants: the whole step's
    noise is the half step's and an independent remainder, each weighted by the length it covers.
    """
    for start, stop in itertools.pairwise(levels):
        clean = denoise(x, start)
        if stop > 0:
            middle = math.sqrt(start * stop)
            first, second = (noise.draw(), noise.draw()) if noise.eta > 0 else (x, x)
            down, up = ancestral(start, middle, noise.eta)
            half = toward(x, clean, down / start)
            clean = denoise(half + first * up if up > 0 else half, middle)
            down, up = ancestral(start, stop, noise.eta)
            x = toward(x, clean, down / start)
            share = (start - middle) / (start - stop)
            x = x + (first * math.sqrt(share) + second * math.sqrt(1 - share)) * up if up > 0 else x
        else:
            x = clean
    return x


def lcm(denoise: Denoise, x: Tensor, levels: Levels, noise: Noise) -> Tensor:
    """Latent consistency: jump to the clean latent, noise it to the next level (Luo et al. 2023)."""
    for start, stop in itertools.pairwise(levels):
        x = _noised(denoise(x, start), stop, noise)
    return x


def _midpoint(denoise: Denoise, x: Tensor, start: float, stop: float) -> Tensor:
    clean = denoise(x, start)
    if stop == 0:
        return clean
    middle = math.sqrt(start * stop)
    halfway = toward(x, clean, middle / start)
    return x + (halfway - denoise(halfway, middle)) * ((stop - start) / middle)


def _noised(x: Tensor, amount: float, noise: Noise) -> Tensor:
    return x + noise.draw() * amount if amount > 0 else x
