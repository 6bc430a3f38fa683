"""DPM-Solver in single steps: DPM fast and DPM adaptive; from the first level to the last above 0.

Both choose their own sigmas between those two, in even or adapted steps of t = -log sigma. What little noise
the last level stands for stays in, as k-diffusion leaves it. Source: Lu et al. 2022 (DPM-Solver, algorithms
1, 2 and appendix C; its epsilons are `(x - denoised) / sigma` here).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from animator.errors import AnimatorError
from animator.models.diffusion.samplers.sampler import Denoise, Levels, NoiseSampler, sampler
from animator.models.diffusion.samplers.solvers import ancestral

if TYPE_CHECKING:
    from torch import Tensor

RELATIVE, ABSOLUTE = 0.05, 0.0078  # tolerances of the paper's experiments
FIRST_STEP = 0.05
SAFETY = 0.81
NEAR = 1e-5
MOST_TRIES = 400
"""Of DPM adaptive; sound models take 10 to 60."""


@sampler("DPM fast", noise="ancestral_eta", own_levels=True)
def dpm_fast(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-fast: as many model calls as there are steps, in even steps of order 3 and a rest."""
    high, low = _ends(sigmas)
    if high == low:
        return denoise(x, high)
    calls = len(sigmas) - 1
    orders = _orders(calls)
    width = math.log(high / low) / len(orders)
    edges = [high * math.exp(-width * k) for k in range(len(orders))] + [low]
    for order, (start, stop) in zip(orders, itertools.pairwise(edges), strict=True):
        down = _down(start, stop, low, noise)
        x = _Step(denoise, x, start).to(down, order)
        x = _noised(x, down, stop, noise)
    return x


@sampler("DPM adaptive", noise="ancestral_eta", calls_per_step=None, own_levels=True)
def dpm_adaptive(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-23: steps as long as the difference between order 2 and order 3 permits.

    The number of steps asked for plays no part. Every step waits for the device once, to read its error.

    Raises:
        AnimatorError: No step is short enough for this model.
    """
    high, low = _ends(sigmas)
    if high == low:
        return denoise(x, high)
    power = 1 / (1.5 if noise.eta > 0 else 3)  # a stochastic step's error falls more slowly
    now, h, before = high, FIRST_STEP, x
    step = _Step(denoise, x, now)
    for _ in range(MOST_TRIES):
        stop = max(low, now * math.exp(-h))
        down = _down(now, stop, low, noise)
        rough, fine = step.to(down, 2, 1 / 3), step.to(down, 3)
        scale = rough.abs().maximum(before.abs()).mul_(RELATIVE).clamp_(min=ABSOLUTE)
        error = float(((rough - fine) / scale).square_().mean().sqrt())
        factor = 1 + math.atan((error + 1e-8) ** -power - 1)
        if math.isnan(error):
            return fine  # the caller looks for NaN
        if factor >= SAFETY:
            x, before, now = _noised(fine, down, stop, noise), rough, stop
            if math.log(now / low) <= NEAR:
                return x
            step = _Step(denoise, x, now)
        h *= factor
    raise AnimatorError(
        f"sampler 'DPM adaptive': {MOST_TRIES} steps were not enough to get from noise level {high:.3g} to "
        f"{low:.3g}; use another sampler, such as DPM++ 2M Karras"
    )


class _Step:
    """The model's answers within one step, however long; each place is asked about once."""

    def __init__(self, denoise: Denoise, x: Tensor, start: float) -> None:
        self._denoise = denoise
        self._x = x
        self._start = start
        self._first = (x - denoise(x, start)) / start
        self._slopes: dict[tuple[float, float], Tensor] = {}

    def to(self, stop: float, order: int, first: float = 0.0) -> Tensor:
        """The latent at level `stop`, by a step of order 1, 2 or 3.

        Args:
            stop: Below the start.
            order: Of the step.
            first: Where within the step the model is asked next; 0: the order's usual place.
        """
        h = math.log(self._start / stop)
        slope = self._first
        straight = self._x - slope * (stop * math.expm1(h))
        if order == 1:
            return straight
        first = first or (1 / 2 if order == 2 else 1 / 3)
        early = self._slope(first, h) - slope
        if order == 2:
            return straight - early * (stop / (2 * first) * math.expm1(h))
        late = self._slope(2 / 3, h) - slope
        return straight - late * (stop * 1.5 * (math.expm1(h) / h - 1))

    def _slope(self, place: float, h: float) -> Tensor:
        """The slope at a share of the step; that at 2/3 rests on that at 1/3."""
        if (place, h) not in self._slopes:
            level = self._start * math.exp(-place * h)
            grown = math.expm1(place * h)
            x = self._x - self._first * (level * grown)
            if place == 2 / 3:
                bent = self._slope(1 / 3, h) - self._first
                x = x - bent * (level * 2 * (grown / (place * h) - 1))
            self._slopes[place, h] = (x - self._denoise(x, level)) / level
        return self._slopes[place, h]


def _ends(sigmas: Levels) -> tuple[float, float]:
    """The first level and the last one above 0."""
    return sigmas[0], sigmas[-1] if sigmas[-1] > 0 else sigmas[-2]


def _orders(calls: int) -> list[int]:
    """Orders of steps that take so many calls: threes, and a lower order at the end, where noise is least."""
    if calls % 3 == 0:
        return [*[3] * (calls // 3 - 1), 2, 1]
    return [*[3] * (calls // 3), calls % 3]


def _down(start: float, stop: float, low: float, noise: NoiseSampler) -> float:
    """The level to step down to, so that fresh noise leads up to `stop`; never below the last level."""
    return max(low, ancestral(start, stop, noise.eta)[0]) if noise.eta > 0 else stop


def _noised(x: Tensor, down: float, stop: float, noise: NoiseSampler) -> Tensor:
    up = math.sqrt(max(0.0, stop**2 - down**2))
    return x + noise.sample() * up if up > 0 else x
