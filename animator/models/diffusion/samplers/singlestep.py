"""DPM-Solver samplers that choose their own sigmas: DPM fast and DPM adaptive.

Both go from the first sigma to the last one above 0, in equal or adaptive steps of t = -log sigma. The noise
of that last sigma stays in the latent, as in k-diffusion. Source: Lu et al. 2022 (DPM-Solver, algorithms
1, 2 and appendix C; its epsilons are `(x - denoised) / sigma` here).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from animator.errors import AnimatorError
from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler, Sigmas, sampler
from animator.models.diffusion.samplers.solvers import ancestral_step

if TYPE_CHECKING:
    from torch import Tensor

RELATIVE, ABSOLUTE = 0.05, 0.0078  # tolerances of the paper's experiments
FIRST_STEP = 0.05
SAFETY = 0.81
T_TOLERANCE = 1e-5
MAX_TRIES = 400
"""Limit of DPM adaptive; working models take 10 to 60 steps."""


@sampler("DPM fast", noise="ancestral_eta", own_sigmas=True)
def dpm_fast(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-fast: equal steps of order 3 and a remainder; as many model calls as steps asked for."""
    sigma_max, sigma_min = _sigma_range(sigmas)
    if sigma_max == sigma_min:
        return denoise(x, sigma_max)
    calls = len(sigmas) - 1
    orders = _orders(calls)
    width = math.log(sigma_max / sigma_min) / len(orders)
    edges = [sigma_max * math.exp(-width * k) for k in range(len(orders))] + [sigma_min]
    for order, (sigma, sigma_next) in zip(orders, itertools.pairwise(edges), strict=True):
        sigma_down = _sigma_down(sigma, sigma_next, sigma_min, noise)
        x = _Step(denoise, x, sigma).to(sigma_down, order)
        x = _add_noise(x, sigma_down, sigma_next, noise)
    return x


@sampler("DPM adaptive", noise="ancestral_eta", calls_per_step=None, own_sigmas=True)
def dpm_adaptive(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver-23: step sizes follow the difference between order 2 and order 3.

    Ignores the number of steps asked for. Each step synchronizes with the device once, to read its error.

    Raises:
        AnimatorError: The sampler did not reach the last sigma in `MAX_TRIES` steps.
    """
    sigma_max, sigma_min = _sigma_range(sigmas)
    if sigma_max == sigma_min:
        return denoise(x, sigma_max)
    power = 1 / (1.5 if noise.eta > 0 else 3)  # a stochastic step's error falls more slowly
    sigma, h, x_prev = sigma_max, FIRST_STEP, x
    step = _Step(denoise, x, sigma)
    for _ in range(MAX_TRIES):
        sigma_next = max(sigma_min, sigma * math.exp(-h))
        sigma_down = _sigma_down(sigma, sigma_next, sigma_min, noise)
        x_low, x_high = step.to(sigma_down, 2, 1 / 3), step.to(sigma_down, 3)
        scale = x_low.abs().maximum(x_prev.abs()).mul_(RELATIVE).clamp_(min=ABSOLUTE)
        error = float(((x_low - x_high) / scale).square_().mean().sqrt())
        factor = 1 + math.atan((error + 1e-8) ** -power - 1)
        if math.isnan(error):
            return x_high  # the caller checks for NaN
        if factor >= SAFETY:
            x, x_prev, sigma = _add_noise(x_high, sigma_down, sigma_next, noise), x_low, sigma_next
            if math.log(sigma / sigma_min) <= T_TOLERANCE:
                return x
            step = _Step(denoise, x, sigma)
        h *= factor
    raise AnimatorError(
        f"sampler 'DPM adaptive': {MAX_TRIES} steps were not enough to get from sigma {sigma_max:.3g} to "
        f"{sigma_min:.3g}; use another sampler, such as DPM++ 2M Karras"
    )


class _Step:
    """The model's outputs within one step of any length; each point is evaluated once."""

    def __init__(self, denoise: Denoise, x: Tensor, sigma: float) -> None:
        self._denoise = denoise
        self._x = x
        self._sigma = sigma
        self._first = (x - denoise(x, sigma)) / sigma
        self._slopes: dict[tuple[float, float], Tensor] = {}

    def to(self, sigma_next: float, order: int, first: float = 0.0) -> Tensor:
        """Returns the latent at `sigma_next`.

        Args:
            sigma_next: End of the step, below its start.
            order: Order of the step: 1, 2 or 3.
            first: Position within the step of the next model call, in (0, 1); 0 is the order's usual one.
        """
        h = math.log(self._sigma / sigma_next)
        slope = self._first
        straight = self._x - slope * (sigma_next * math.expm1(h))
        if order == 1:
            return straight
        first = first or (1 / 2 if order == 2 else 1 / 3)
        early = self._slope(first, h) - slope
        if order == 2:
            return straight - early * (sigma_next / (2 * first) * math.expm1(h))
        late = self._slope(2 / 3, h) - slope
        return straight - late * (sigma_next * 1.5 * (math.expm1(h) / h - 1))

    def _slope(self, fraction: float, h: float) -> Tensor:
        """Returns the slope at a fraction of the step; the slope at 2/3 builds on that at 1/3."""
        if (fraction, h) not in self._slopes:
            sigma = self._sigma * math.exp(-fraction * h)
            grown = math.expm1(fraction * h)
            x = self._x - self._first * (sigma * grown)
            if fraction == 2 / 3:
                bent = self._slope(1 / 3, h) - self._first
                x = x - bent * (sigma * 2 * (grown / (fraction * h) - 1))
            self._slopes[fraction, h] = (x - self._denoise(x, sigma)) / sigma
        return self._slopes[fraction, h]


def _sigma_range(sigmas: Sigmas) -> tuple[float, float]:
    """Returns the first sigma and the last one above 0."""
    return sigmas[0], sigmas[-1] if sigmas[-1] > 0 else sigmas[-2]


def _orders(calls: int) -> list[int]:
    """Returns the orders of steps that take `calls` model calls: threes, and lower orders at the end."""
    if calls % 3 == 0:
        return [*[3] * (calls // 3 - 1), 2, 1]
    return [*[3] * (calls // 3), calls % 3]


def _sigma_down(sigma: float, sigma_next: float, sigma_min: float, noise: NoiseSampler) -> float:
    """Returns the sigma to step down to before fresh noise leads up to `sigma_next`; at least `sigma_min`."""
    return max(sigma_min, ancestral_step(sigma, sigma_next, noise.eta)[0]) if noise.eta > 0 else sigma_next


def _add_noise(x: Tensor, sigma_down: float, sigma_next: float, noise: NoiseSampler) -> Tensor:
    sigma_up = math.sqrt(max(0.0, sigma_next**2 - sigma_down**2))
    return x + noise.sample() * sigma_up if sigma_up > 0 else x
