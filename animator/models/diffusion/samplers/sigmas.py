"""Spacings: from how much noise, over which sigmas, an image is drawn; as data for the solvers.

A level is sigma, the noise's standard deviation over an image of unit variance (Karras et al. 2022): the
noised latent is `x0 + sigma * noise`. A grid of n steps is n + 1 sigmas, descending, the last one usually 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from animator.models.diffusion.samplers.sampler import Sampler

Levels = NDArray[np.float64]
RHO = 7.0  # Karras et al. 2022, section 3
STRICTLY = 1 - 1e-4
FEW_STEPS = 50  # the length of the schedule that latent consistency models are distilled from


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """The noise sigmas a model was trained at.

    Attributes:
        sigmas: One per training timestep (1000,), ascending.
        family: The model's family, "sd1", "sd2" or "sdxl"; spacings that were optimized for one depend on it.
    """

    sigmas: Levels
    family: str = "sd1"

    @classmethod
    def of(cls, alphas_cumprod: Levels, family: str = "sd1") -> "NoiseSchedule":
        """Returns the table of a variance-preserving model.

        Args:
            alphas_cumprod: The signal's share of variance per training timestep (1000,), descending.
            family: The model's family; see `NoiseSchedule.family`.
        """
        alphas = np.maximum(np.asarray(alphas_cumprod, dtype=np.float64), 2.0**-24)
        return cls(np.sqrt((1.0 - alphas) / alphas), family)

    @property
    def last(self) -> int:
        """The timestep of most noise."""
        return len(self.sigmas) - 1

    def sigma(self, timestep: float | Levels) -> Levels:
        """The level of a timestep, which need not be whole: interpolated in log sigma."""
        return np.exp(np.interp(timestep, np.arange(len(self.sigmas)), np.log(self.sigmas)))

    def timestep(self, sigma: float) -> float:
        """The timestep of a level, the inverse of `sigma`; sigmas outside are held at the ends."""
        return float(np.interp(np.log(sigma), np.log(self.sigmas), np.arange(len(self.sigmas))))

    def sigma_at(self, sigma: float, share: float) -> float:
        """The level at a share of a level's timestep, rounded down to a whole one."""
        return float(self.sigma(np.floor(share * round(self.timestep(sigma)))))


def schedule_sigmas(table: NoiseSchedule, name: str, steps: int) -> tuple[float, ...]:
    """The steps + 1 sigmas of a spacing, descending.

    Args:
        table: The model's noise sigmas.
        name: A key of `SCHEDULES`.
        steps: At least 1.
    """
    sigmas: list[float] = []
    for level in SCHEDULES[name](table, steps):
        # Many steps round to the same timestep; solvers need every level to be below the one before.
        sigmas.append(min(float(level), sigmas[-1] * STRICTLY) if sigmas else float(level))
    return tuple(sigmas)


def sampler_sigmas(table: NoiseSchedule, sampler: Sampler, spacing: str, steps: int) -> tuple[float, ...]:
    """The steps + 1 sigmas of a full drawing by a sampler on a spacing."""
    if not sampler.drop_next_to_last:
        return schedule_sigmas(table, spacing, steps)
    sigmas = schedule_sigmas(table, spacing, steps + 1)
    return (*sigmas[:-2], sigmas[-1])


def _to_zero(sigmas: Levels) -> Levels:
    return np.append(sigmas, 0.0)


def _uniform(table: NoiseSchedule, n: int) -> Levels:
    return _to_zero(table.sigma(np.linspace(table.last, 0, n)))


def karras(high: float, low: float, n: int) -> tuple[float, ...]:
    """N sigmas from `high` down to `low`, evenly spaced in their 7th root (Karras et al. 2022)."""
    start, stop = high ** (1 / RHO), low ** (1 / RHO)
    return tuple(((start + np.linspace(0, 1, n) * (stop - start)) ** RHO).tolist())


def _karras(table: NoiseSchedule, n: int) -> Levels:
    return _to_zero(np.array(karras(table.sigmas[-1], table.sigmas[0], n)))


def _exponential(table: NoiseSchedule, n: int) -> Levels:
    return _to_zero(np.exp(np.linspace(np.log(table.sigmas[-1]), np.log(table.sigmas[0]), n)))


def _sgm_uniform(table: NoiseSchedule, n: int) -> Levels:
    return _to_zero(table.sigma(np.linspace(table.last, 0, n + 1)[:-1]))


def _simple(table: NoiseSchedule, n: int) -> Levels:
    picked = [-(1 + int(k * len(table.sigmas) / n)) for k in range(n)]
    return _to_zero(table.sigmas[picked])


def _ddim(table: NoiseSchedule, n: int) -> Levels:
    """Evenly spaced whole timesteps from 1 on; ends at the smallest level, not at 0 (Song et al. 2020)."""
    stride = max(1, len(table.sigmas) // n)
    steps = np.minimum(np.arange(n)[::-1] * stride + 1, table.last)
    return np.append(table.sigmas[steps], table.sigmas[0])


def _trailing(table: NoiseSchedule, n: int) -> Levels:
    """Evenly spaced from the noisiest timestep down (Lin et al. 2023, table 2): for distilled models."""
    total = len(table.sigmas)
    steps = np.round(total - np.arange(n) * total / n).astype(int) - 1
    return _to_zero(table.sigmas[np.maximum(steps, 0)])


def _lcm(table: NoiseSchedule, n: int) -> Levels:
    """N of the 50 timesteps that latent consistency models know (Luo et al. 2023); more steps: trailing."""
    if n > FEW_STEPS:
        return _trailing(table, n)
    known = np.arange(1, FEW_STEPS + 1) * (len(table.sigmas) // FEW_STEPS) - 1
    return _to_zero(
        table.sigmas[known[::-1][np.floor(np.linspace(0, FEW_STEPS, n, endpoint=False)).astype(int)]]
    )


def _beta(table: NoiseSchedule, n: int) -> Levels:
    """Timesteps at the quantiles of a Beta(0.6, 0.6) distribution (Lee et al. 2024): denser at both ends."""
    quantiles = np.interp(1 - np.linspace(0, 1, n), *_beta_distribution(0.6))
    return _to_zero(table.sigmas[np.rint(quantiles * table.last).astype(int)])


@lru_cache(maxsize=4)
def _beta_distribution(shape: float) -> tuple[Levels, Levels]:
    """The distribution function of Beta(shape, shape) and its places, on a fine grid of angles.

    With x = sin(a)^2 the density has no poles: 2 (sin a cos a)^(2 shape - 1) da.
    """
    angles = np.linspace(0, np.pi / 2, 20_001)
    density = (np.sin(angles) * np.cos(angles)).clip(0.0) ** (2 * shape - 1)
    total = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2))
    return total / total[-1], np.sin(angles) ** 2


def _kl_optimal(table: NoiseSchedule, n: int) -> Levels:
    """Levels evenly spaced in arc tangent (Sabour et al. 2024, section 3.1)."""
    return _to_zero(np.tan(np.linspace(np.arctan(table.sigmas[-1]), np.arctan(table.sigmas[0]), n)))


_ALIGNED = (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029)
_ALIGNED_XL = (14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029)


def _align_your_steps(table: NoiseSchedule, n: int) -> Levels:
    """The sigmas that Sabour et al. 2024 optimized for ten steps, interpolated in log sigma to n.

    They published one row for Stable Diffusion 1.5 and one for SDXL; Stable Diffusion 2 takes the former.
    """
    known = _ALIGNED_XL if table.family == "sdxl" else _ALIGNED
    places = np.linspace(0, 1, len(known))
    return _to_zero(np.exp(np.interp(np.linspace(0, 1, n), places, np.log(known))))


Schedule = Callable[[NoiseSchedule, int], Levels]
SCHEDULES: Mapping[str, Schedule] = {
    "Uniform": _uniform,
    "Karras": _karras,
    "Exponential": _exponential,
    "Polyexponential": _exponential,  # with rho 1, which everybody uses, the same sigmas
    "SGM Uniform": _sgm_uniform,
    "Simple": _simple,
    "Normal": _uniform,
    "DDIM": _ddim,
    "Beta": _beta,
    "KL Optimal": _kl_optimal,
    "Align Your Steps": _align_your_steps,
    "Trailing": _trailing,
    "LCM": _lcm,
}
