"""Solvers that remember earlier steps: LMS, PLMS, DEIS, DPM++ 2M, 2M SDE, 3M SDE, UniPC; one call a step.

See `solvers` for the form. Sources: Lu et al. 2022 (DPM-Solver++), Zhang & Chen 2022 (DEIS), Liu et al. 2022
(PLMS), Zhao et al. 2023 (UniPC). The history is in the locals of each function.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from animator.models.diffusion.samplers.sampler import Denoise, Levels, NoiseSampler, sampler
from animator.models.diffusion.samplers.solvers import toward

if TYPE_CHECKING:
    from torch import Tensor

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_BASHFORTH = ((1.0,), (3 / 2, -1 / 2), (23 / 12, -16 / 12, 5 / 12), (55 / 24, -59 / 24, 37 / 24, -9 / 24))


@sampler("LMS", ("klms", "k lms"))
def lms(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Linear multistep of order 4: polynomials in sigma through the last slopes."""
    return _adams(denoise, x, sigmas, _Polynomial(4, 4, lambda level: level))


@sampler("DEIS")
def deis(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DEIS of order 3: polynomials in log sigma through the last slopes; a step to 0 is Euler's."""
    return _adams(denoise, x, sigmas, _Polynomial(3, 1, math.log))


@sampler("PLMS", ("pndm",), "DDIM", extra_calls=1)
def plms(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """Pseudo linear multistep: Adams-Bashforth as if the steps were even; the first step takes two calls."""
    slopes: list[Tensor] = []
    for start, stop in itertools.pairwise(sigmas):
        slopes = [(x - denoise(x, start)) / start, *slopes[:3]]
        slope = _weighted(_BASHFORTH[len(slopes) - 1], slopes)
        if len(slopes) == 1 and stop > 0:
            ahead = x + slope * (stop - start)
            slope = (slope + (ahead - denoise(ahead, stop)) / stop) / 2
        x = x + slope * (stop - start)
    return x


@sampler("DPM++ 2M", ("dpmpp 2m",))
def dpmpp_2m(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2M): deterministic."""
    before: Tensor | None = None
    for i, (start, stop) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, start)
        guess = denoised
        if before is not None and stop > 0:
            ratio = math.log(sigmas[i - 1] / start) / math.log(start / stop)
            guess = denoised + (denoised - before) / (2 * ratio)
        x, before = toward(x, guess, stop / start), denoised
    return x


@sampler("DPM++ 2M SDE", ("dpmpp 2m sde",), noise="ancestral_eta")
def dpmpp_2m_sde(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2M) for the stochastic equation, midpoint form."""
    return _dpmpp_2m_sde(denoise, x, sigmas, noise, lambda h: -math.expm1(-h) / 2)


@sampler("DPM++ 2M SDE Heun", noise="ancestral_eta")
def dpmpp_2m_sde_heun(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2M) for the stochastic equation, Heun form."""
    return _dpmpp_2m_sde(denoise, x, sigmas, noise, lambda h: math.expm1(-h) / h + 1)


def _dpmpp_2m_sde(
    denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler, weight: Callable[[float], float]
) -> Tensor:
    before: Tensor | None = None
    for i, (start, stop) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, start)
        if stop > 0:
            h = math.log(start / stop)
            whole = h * (1 + noise.eta)
            x = toward(x, denoised, math.exp(-whole))
            if before is not None:
                x = x + (denoised - before) * (weight(whole) * h / math.log(sigmas[i - 1] / start))
            x = _brownian(x, stop, h, noise)
        else:
            x = denoised
        before = denoised
    return x


@sampler("DPM++ 3M SDE", ("dpmpp 3m sde",), noise="ancestral_eta", drop_next_to_last=True)
def dpmpp_3m_sde(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(3M) for the stochastic equation."""
    cleans: list[Tensor] = []
    for i, (start, stop) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, start)
        if stop > 0:
            h = math.log(start / stop)
            whole = h * (1 + noise.eta)
            phi_2 = math.expm1(-whole) / whole + 1
            phi_3 = phi_2 / whole - 0.5
            x = toward(x, denoised, math.exp(-whole))
            lengths = [math.log(sigmas[i - k - 1] / sigmas[i - k]) / h for k in range(len(cleans))]
            if len(cleans) == 1:
                x = x + (denoised - cleans[0]) * (phi_2 / lengths[0])
            elif len(cleans) == 2:
                near, far = (denoised - cleans[0]) / lengths[0], (cleans[0] - cleans[1]) / lengths[1]
                curve = (near - far) / (lengths[0] + lengths[1])
                x = x + (near + curve * lengths[0]) * phi_2 - curve * phi_3
            x = _brownian(x, stop, h, noise)
        else:
            x = denoised
        cleans = [denoised, *cleans[:1]]
    return x


@sampler("UniPC", ("uni pc",))
def unipc(denoise: Denoise, x: Tensor, sigmas: Levels, noise: NoiseSampler, order: int = 3) -> Tensor:
    """UniPC of order 3, B(h) = e^h - 1: every model call corrects its own step and predicts the next."""
    cleans: list[Tensor] = []
    come_from, last_order = x, 0
    steps = len(sigmas) - 1
    for i, (start, stop) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, start)
        if last_order:
            x = _unified(come_from, cleans[:last_order], sigmas[: i + 1][::-1], denoised)
        cleans = [denoised, *cleans[: order - 1]]
        come_from, last_order = x, min(order, steps - i, len(cleans))
        x = denoised if stop == 0 else _unified(x, cleans[:last_order], (stop, *sigmas[: i + 1][::-1]), None)
    return x


def _unified(x: Tensor, cleans: Sequence[Tensor], sigmas: Levels, ahead: Tensor | None) -> Tensor:
    """One predictor step, or with `ahead`, the denoised latent at the step's end, one corrector step.

    Args:
        x: Where the step starts.
        cleans: The last denoised latents, newest (the start's) first: as many as the order.
        sigmas: The step's end, its start, and the sigmas before.
        ahead: None predicts.
    """
    h = math.log(sigmas[1] / sigmas[0])
    places = [math.log(sigmas[1] / sigmas[k + 1]) / h for k in range(1, len(cleans))]
    changes = [(past - cleans[0]) / place for past, place in zip(cleans[1:], places, strict=True)]
    if ahead is not None:
        places, changes = [*places, 1.0], [*changes, ahead - cleans[0]]
    x = toward(x, cleans[0], math.exp(-h))
    if not changes:
        return x
    weights = _unified_weights(h, places, is_corrector=ahead is not None)
    return x - _weighted([weight * math.expm1(-h) for weight in weights], changes)


def _unified_weights(h: float, places: Sequence[float], *, is_corrector: bool) -> list[float]:
    if len(places) == 1:
        return [0.5]  # the paper's simplification of order 2 (predictor) and 1 (corrector)
    phi, factorial, right = math.expm1(-h) / -h - 1, 1, []
    for k in range(1, len(places) + 1):
        right.append(phi * factorial / math.expm1(-h))
        factorial *= k + 1
        phi = phi / -h - 1 / factorial
    left = [[place**k for place in places] for k in range(len(places))]
    return [float(weight) for weight in np.linalg.solve(np.array(left), np.array(right))]


@dataclass(frozen=True)
class _Polynomial:
    """Which polynomials go through the last slopes: their order, that of a step to 0, their variable."""

    order: int
    order_to_zero: int
    place: Callable[[float], float]


def _adams(denoise: Denoise, x: Tensor, sigmas: Levels, through: _Polynomial) -> Tensor:
    """Adams-Bashforth on uneven sigmas: the polynomial through the last slopes, integrated over the step."""
    slopes: list[Tensor] = []
    for i, (start, stop) in enumerate(itertools.pairwise(sigmas)):
        slopes = [(x - denoise(x, start)) / start, *slopes[: through.order - 1]]
        known = slopes[: through.order if stop > 0 else through.order_to_zero]
        places = [through.place(sigmas[i - k]) for k in range(len(known))]
        x = x + _weighted(_integrals(places, start, stop, through.place), known)
    return x


def _integrals(
    places: Sequence[float], start: float, stop: float, place: Callable[[float], float]
) -> list[float]:
    """The integrals over [start, stop] of the Lagrange polynomials through `places`."""
    half = (stop - start) / 2
    inside = [place(start + half * (node + 1)) for node in _NODES]
    totals = []
    for j, own in enumerate(places):
        others = [other for k, other in enumerate(places) if k != j]
        values = [math.prod((at - other) / (own - other) for other in others) for at in inside]
        totals.append(half * float(np.dot(_WEIGHTS, values)))
    return totals


def _brownian(x: Tensor, stop: float, h: float, noise: NoiseSampler) -> Tensor:
    if noise.eta <= 0:
        return x
    return x + noise.sample() * (stop * math.sqrt(-math.expm1(-2 * h * noise.eta)))


def _weighted(weights: Sequence[float], tensors: Sequence[Tensor]) -> Tensor:
    total = tensors[0] * weights[0]
    for weight, tensor in zip(weights[1:], tensors[1:], strict=True):
        total = total.add(tensor, alpha=weight)
    return total
