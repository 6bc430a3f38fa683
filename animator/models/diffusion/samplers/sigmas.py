"""Schedule types (Karras, Exponential, ...) and the sigmas that a sampler steps through.

Sigma is the standard deviation of the noise (Karras et al. 2022): the noised latent is `x0 + sigma * noise`.
The sigmas of n steps are n + 1 numbers, descending, the last one usually 0.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from animator.models.diffusion.samplers.sampler import Sampler

SigmaArray = NDArray[np.float64]
RHO = 7.0  # Karras et al. 2022, section 3
MAX_RATIO = 1 - 1e-4  # of a sigma to the one before
LCM_STEPS = 50  # of the schedule that latent consistency models are distilled from


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """The noise schedule a model was trained with.

    Attributes:
        sigmas: One per training timestep (1000,), ascending.
        family: The model's family, "sd1", "sd2" or "sdxl"; "Align Your Steps" depends on it.
    """

    sigmas: SigmaArray
    family: str = "sd1"

    @classmethod
    def of(cls, alphas_cumprod: SigmaArray, family: str = "sd1") -> "NoiseSchedule":
        """Returns the noise schedule of a variance-preserving model.

        Args:
            alphas_cumprod: Signal's fraction of the variance per training timestep (1000,), descending.
            family: The model's family; see `NoiseSchedule.family`.
        """
        alphas = np.maximum(np.asarray(alphas_cumprod, dtype=np.float64), 2.0**-24)
        return cls(np.sqrt((1.0 - alphas) / alphas), family)

    @property
    def max_timestep(self) -> int:
        """Timestep with the most noise."""
        return len(self.sigmas) - 1

    def sigma(self, timestep: float | SigmaArray) -> SigmaArray:
        """Returns the sigma of a timestep; fractional timesteps are interpolated in log sigma."""
        return np.exp(np.interp(timestep, np.arange(len(self.sigmas)), np.log(self.sigmas)))

    def timestep(self, sigma: float) -> float:
        """Returns the timestep of a sigma, the inverse of `sigma`; clamps to the schedule's range."""
        return float(np.interp(np.log(sigma), np.log(self.sigmas), np.arange(len(self.sigmas))))

    def sigma_at(self, sigma: float, fraction: float) -> float:
        """Returns the sigma at a fraction of a sigma's timestep, rounded down to a whole timestep."""
        return float(self.sigma(np.floor(fraction * round(self.timestep(sigma)))))


def schedule_sigmas(schedule: NoiseSchedule, name: str, steps: int) -> tuple[float, ...]:
    """Returns the steps + 1 sigmas of a schedule type, descending.

    Args:
        schedule: The model's noise schedule.
        name: Schedule type, a key of `SCHEDULES`.
        steps: Number of steps, at least 1.
    """
    sigmas: list[float] = []
    for sigma in SCHEDULES[name](schedule, steps):
        # With many steps several round to the same timestep; solvers need strictly descending sigmas.
        sigmas.append(min(float(sigma), sigmas[-1] * MAX_RATIO) if sigmas else float(sigma))
    return tuple(sigmas)


def sampler_sigmas(
    schedule: NoiseSchedule, sampler: Sampler, schedule_type: str, steps: int
) -> tuple[float, ...]:
    """Returns the steps + 1 sigmas of a full generation by a sampler with a schedule type."""
    if not sampler.discard_next_to_last_sigma:
        return schedule_sigmas(schedule, schedule_type, steps)
    sigmas = schedule_sigmas(schedule, schedule_type, steps + 1)
    return (*sigmas[:-2], sigmas[-1])


def step_of(sigmas: Sequence[float], sigma: float) -> int:
    """Returns the step that a sigma belongs to; a midpoint belongs to the step that starts above it.

    Args:
        sigmas: Sigmas of the generation, descending.
        sigma: Any sigma that a sampler calls the model with.
    """
    started = bisect_left([-start for start in sigmas], -sigma + 1e-9)
    return min(max(started - 1, 0), len(sigmas) - 2)


def _append_zero(sigmas: SigmaArray) -> SigmaArray:
    return np.append(sigmas, 0.0)


def _uniform(schedule: NoiseSchedule, n: int) -> SigmaArray:
    return _append_zero(schedule.sigma(np.linspace(schedule.max_timestep, 0, n)))


def karras(high: float, low: float, n: int) -> tuple[float, ...]:
    """Returns n sigmas from `high` down to `low`, evenly spaced in their 7th root (Karras et al. 2022)."""
    start, stop = high ** (1 / RHO), low ** (1 / RHO)
    return tuple(((start + np.linspace(0, 1, n) * (stop - start)) ** RHO).tolist())


def _karras(schedule: NoiseSchedule, n: int) -> SigmaArray:
    return _append_zero(np.array(karras(schedule.sigmas[-1], schedule.sigmas[0], n)))


def _exponential(schedule: NoiseSchedule, n: int) -> SigmaArray:
    return _append_zero(np.exp(np.linspace(np.log(schedule.sigmas[-1]), np.log(schedule.sigmas[0]), n)))


def _sgm_uniform(schedule: NoiseSchedule, n: int) -> SigmaArray:
    return _append_zero(schedule.sigma(np.linspace(schedule.max_timestep, 0, n + 1)[:-1]))


def _simple(schedule: NoiseSchedule, n: int) -> SigmaArray:
    picked = [-(1 + int(k * len(schedule.sigmas) / n)) for k in range(n)]
    return _append_zero(schedule.sigmas[picked])


def _ddim(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Evenly spaced whole timesteps from 1 on; ends at the smallest sigma, not at 0 (Song et al. 2020)."""
    stride = max(1, len(schedule.sigmas) // n)
    steps = np.minimum(np.arange(n)[::-1] * stride + 1, schedule.max_timestep)
    return np.append(schedule.sigmas[steps], schedule.sigmas[0])


def _trailing(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Evenly spaced from the noisiest timestep down (Lin et al. 2023, table 2), for distilled models."""
    total = len(schedule.sigmas)
    steps = np.round(total - np.arange(n) * total / n).astype(int) - 1
    return _append_zero(schedule.sigmas[np.maximum(steps, 0)])


def _lcm(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Timesteps from the 50 that LCMs were distilled at (Luo et al. 2023); trailing for more steps."""
    if n > LCM_STEPS:
        return _trailing(schedule, n)
    known = np.arange(1, LCM_STEPS + 1) * (len(schedule.sigmas) // LCM_STEPS) - 1
    return _append_zero(
        schedule.sigmas[known[::-1][np.floor(np.linspace(0, LCM_STEPS, n, endpoint=False)).astype(int)]]
    )


def _beta(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Timesteps at the quantiles of a Beta(0.6, 0.6) distribution (Lee et al. 2024): denser at both ends."""
    quantiles = np.interp(1 - np.linspace(0, 1, n), *_beta_distribution(0.6))
    return _append_zero(schedule.sigmas[np.rint(quantiles * schedule.max_timestep).astype(int)])


@lru_cache(maxsize=4)
def _beta_distribution(shape: float) -> tuple[SigmaArray, SigmaArray]:
    """Returns the distribution function of Beta(shape, shape) and its positions, on a fine grid of angles.

    With x = sin(a)^2 the density has no poles: 2 (sin a cos a)^(2 shape - 1) da.
    """
    angles = np.linspace(0, np.pi / 2, 20_001)
    density = (np.sin(angles) * np.cos(angles)).clip(0.0) ** (2 * shape - 1)
    total = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2))
    return total / total[-1], np.sin(angles) ** 2


def _kl_optimal(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Evenly spaced in the arc tangent of sigma (Sabour et al. 2024, section 3.1)."""
    return _append_zero(np.tan(np.linspace(np.arctan(schedule.sigmas[-1]), np.arctan(schedule.sigmas[0]), n)))


_ALIGNED = (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029)
_ALIGNED_XL = (14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029)


def _align_your_steps(schedule: NoiseSchedule, n: int) -> SigmaArray:
    """Sigmas that Sabour et al. 2024 optimized for ten steps, interpolated in log sigma to n steps.

    They published one table for Stable Diffusion 1.5 and one for SDXL; Stable Diffusion 2 uses the former.
    """
    known = _ALIGNED_XL if schedule.family == "sdxl" else _ALIGNED
    positions = np.linspace(0, 1, len(known))
    return _append_zero(np.exp(np.interp(np.linspace(0, 1, n), positions, np.log(known))))


Schedule = Callable[[NoiseSchedule, int], SigmaArray]
"""Takes a model's noise schedule and the number of steps, returns the sigmas."""
SCHEDULES: Mapping[str, Schedule] = {
    "Uniform": _uniform,
    "Karras": _karras,
    "Exponential": _exponential,
    "Polyexponential": _exponential,  # the same with rho 1, the value in use
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
