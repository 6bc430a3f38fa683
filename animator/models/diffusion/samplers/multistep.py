"""Multistep samplers: LMS, PLMS, DEIS, DPM++ 2M, 2M SDE and 3M SDE, UniPC; one model call per step.

They reuse the model outputs of earlier steps, which each function keeps in its local variables; see `solvers`
for the signature. Sources: Lu et al. 2022 (DPM-Solver++), Zhang & Chen 2022 (DEIS), Liu et al. 2022
(PLMS), Zhao et al. 2023 (UniPC).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler, Sigmas, sampler
from animator.models.diffusion.samplers.solvers import toward

if TYPE_CHECKING:
    from torch import Tensor

_BASHFORTH = ((1.0,), (3 / 2, -1 / 2), (23 / 12, -16 / 12, 5 / 12), (55 / 24, -59 / 24, 37 / 24, -9 / 24))


@sampler("LMS", ("klms", "k lms"))
def lms(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Linear multistep of order 4: polynomials in sigma through the last slopes."""
    return _adams(denoise, x, sigmas, _Polynomial(4, 4, lambda sigma: sigma))


@sampler("DEIS")
def deis(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DEIS of order 3: polynomials in log sigma through the last slopes; a step to 0 is Euler's."""
    return _adams(denoise, x, sigmas, _Polynomial(3, 1, math.log))


@sampler("PLMS", ("pndm",), "DDIM", extra_calls=1)
def plms(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """Pseudo linear multistep: Adams-Bashforth with equal step sizes assumed; two calls in the first step."""
    slopes: list[Tensor] = []
    for sigma, sigma_next in itertools.pairwise(sigmas):
        slopes = [(x - denoise(x, sigma)) / sigma, *slopes[:3]]
        slope = _weighted_sum(_BASHFORTH[len(slopes) - 1], slopes)
        if len(slopes) == 1 and sigma_next > 0:
            x_next = x + slope * (sigma_next - sigma)
            slope = (slope + (x_next - denoise(x_next, sigma_next)) / sigma_next) / 2
        x = x + slope * (sigma_next - sigma)
    return x


@sampler("DPM++ 2M", ("dpmpp 2m",))
def dpmpp_2m(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """DPM-Solver++(2M): deterministic."""
    old_denoised: Tensor | None = None
    for i, (sigma, sigma_next) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, sigma)
        extrapolated = denoised
        if old_denoised is not None and sigma_next > 0:
            ratio = math.log(sigmas[i - 1] / sigma) / math.log(sigma / sigma_next)
            extrapolated = denoised + (denoised - old_denoised) / (2 * ratio)
        x, old_denoised = toward(x, extrapolated, sigma_next / sigma), denoised
    return x


@sampler("DPM++ 2M SDE", ("dpmpp 2m sde",), noise="ancestral_eta")
def dpmpp_2m_sde(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """SDE-DPM-Solver++(2M), midpoint form."""
    return _dpmpp_2m_sde(denoise, x, sigmas, noise, lambda h: -math.expm1(-h) / 2)


@sampler("DPM++ 2M SDE Heun", noise="ancestral_eta")
def dpmpp_2m_sde_heun(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """SDE-DPM-Solver++(2M), Heun form."""
    return _dpmpp_2m_sde(denoise, x, sigmas, noise, lambda h: math.expm1(-h) / h + 1)


def _dpmpp_2m_sde(
    denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler, weight: Callable[[float], float]
) -> Tensor:
    old_denoised: Tensor | None = None
    for i, (sigma, sigma_next) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, sigma)
        if sigma_next > 0:
            h = math.log(sigma / sigma_next)
            h_eta = h * (1 + noise.eta)
            x = toward(x, denoised, math.exp(-h_eta))
            if old_denoised is not None:
                x = x + (denoised - old_denoised) * (weight(h_eta) * h / math.log(sigmas[i - 1] / sigma))
            x = _add_sde_noise(x, sigma_next, h, noise)
        else:
            x = denoised
        old_denoised = denoised
    return x


@sampler("DPM++ 3M SDE", ("dpmpp 3m sde",), noise="ancestral_eta", discard_next_to_last_sigma=True)
def dpmpp_3m_sde(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
    """SDE-DPM-Solver++(3M)."""
    history: list[Tensor] = []
    for i, (sigma, sigma_next) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, sigma)
        if sigma_next > 0:
            h = math.log(sigma / sigma_next)
            h_eta = h * (1 + noise.eta)
            phi_2 = math.expm1(-h_eta) / h_eta + 1
            phi_3 = phi_2 / h_eta - 0.5
            x = toward(x, denoised, math.exp(-h_eta))
            ratios = [math.log(sigmas[i - k - 1] / sigmas[i - k]) / h for k in range(len(history))]
            if len(history) == 1:
                x = x + (denoised - history[0]) * (phi_2 / ratios[0])
            elif len(history) == 2:
                near, far = (denoised - history[0]) / ratios[0], (history[0] - history[1]) / ratios[1]
                curve = (near - far) / (ratios[0] + ratios[1])
                x = x + (near + curve * ratios[0]) * phi_2 - curve * phi_3
            x = _add_sde_noise(x, sigma_next, h, noise)
        else:
            x = denoised
        history = [denoised, *history[:1]]
    return x


@sampler("UniPC", ("uni pc",))
def unipc(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler, order: int = 3) -> Tensor:
    """UniPC of order 3, B(h) = e^h - 1: each model call corrects its own step and predicts the next."""
    history: list[Tensor] = []
    x_start, last_order = x, 0
    steps = len(sigmas) - 1
    for i, (sigma, sigma_next) in enumerate(itertools.pairwise(sigmas)):
        denoised = denoise(x, sigma)
        if last_order:
            x = _unipc_step(x_start, history[:last_order], sigmas[: i + 1][::-1], denoised)
        history = [denoised, *history[: order - 1]]
        x_start, last_order = x, min(order, steps - i, len(history))
        known = (sigma_next, *sigmas[: i + 1][::-1])
        x = denoised if sigma_next == 0 else _unipc_step(x, history[:last_order], known, None)
    return x


def _unipc_step(x: Tensor, history: Sequence[Tensor], sigmas: Sigmas, denoised: Tensor | None) -> Tensor:
    """Returns x after a predictor step, or after a corrector step where the end's `denoised` is known.

    Args:
        x: Latent at the start of the step.
        history: Denoised latents of the last steps, the start's first; their number is the order.
        sigmas: Sigma at the step's end, at its start, and at the steps before.
        denoised: Denoised latent at the step's end; None for the predictor.
    """
    h = math.log(sigmas[1] / sigmas[0])
    nodes = [math.log(sigmas[1] / sigmas[k + 1]) / h for k in range(1, len(history))]
    changes = [(past - history[0]) / node for past, node in zip(history[1:], nodes, strict=True)]
    if denoised is not None:
        nodes, changes = [*nodes, 1.0], [*changes, denoised - history[0]]
    x = toward(x, history[0], math.exp(-h))
    if not changes:
        return x
    weights = _unipc_weights(h, nodes, is_corrector=denoised is not None)
    return x - _weighted_sum([weight * math.expm1(-h) for weight in weights], changes)


def _unipc_weights(h: float, nodes: Sequence[float], *, is_corrector: bool) -> list[float]:
    if len(nodes) == 1:
        return [0.5]  # the paper's simplification of order 2 (predictor) and 1 (corrector)
    phi, factorial, right = math.expm1(-h) / -h - 1, 1, []
    for k in range(1, len(nodes) + 1):
        right.append(phi * factorial / math.expm1(-h))
        factorial *= k + 1
        phi = phi / -h - 1 / factorial
    left = [[node**k for node in nodes] for k in range(len(nodes))]
    return [float(weight) for weight in np.linalg.solve(np.array(left), np.array(right))]


@dataclass(frozen=True)
class _Polynomial:
    """The polynomials through the last slopes.

    Attributes:
        order: Number of slopes, one per degree.
        order_to_zero: The same for a step to sigma 0.
        variable: The polynomials' variable as a function of sigma.
    """

    order: int
    order_to_zero: int
    variable: Callable[[float], float]


def _adams(denoise: Denoise, x: Tensor, sigmas: Sigmas, polynomial: _Polynomial) -> Tensor:
    """Adams-Bashforth on unequal steps: integrates the polynomial through the last slopes."""
    slopes: list[Tensor] = []
    for i, (sigma, sigma_next) in enumerate(itertools.pairwise(sigmas)):
        slopes = [(x - denoise(x, sigma)) / sigma, *slopes[: polynomial.order - 1]]
        known = slopes[: polynomial.order if sigma_next > 0 else polynomial.order_to_zero]
        nodes = [polynomial.variable(sigmas[i - k]) for k in range(len(known))]
        x = x + _weighted_sum(_integrals(nodes, sigma, sigma_next, polynomial.variable), known)
    return x


def _integrals(
    nodes: Sequence[float], sigma: float, sigma_next: float, variable: Callable[[float], float]
) -> list[float]:
    """Returns the integrals of the Lagrange polynomials through `nodes` from `sigma` to `sigma_next`."""
    half = (sigma_next - sigma) / 2
    places, weights = _gauss_rule()
    inside = [variable(sigma + half * (place + 1)) for place in places]
    totals = []
    for j, own in enumerate(nodes):
        others = [other for k, other in enumerate(nodes) if k != j]
        values = [math.prod((at - other) / (own - other) for other in others) for at in inside]
        totals.append(half * float(np.dot(weights, values)))
    return totals


@cache
def _gauss_rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns nodes from -1 to 1 and their weights; made when needed, since settings only name samplers."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    return nodes, weights


def _add_sde_noise(x: Tensor, sigma_next: float, h: float, noise: NoiseSampler) -> Tensor:
    if noise.eta <= 0:
        return x
    return x + noise.sample() * (sigma_next * math.sqrt(-math.expm1(-2 * h * noise.eta)))


def _weighted_sum(weights: Sequence[float], tensors: Sequence[Tensor]) -> Tensor:
    total = tensors[0] * weights[0]
    for weight, tensor in zip(weights[1:], tensors[1:], strict=True):
        total = total.add(tensor, alpha=weight)
    return total
