"""`ModelSigmas`: the sigmas of a model's generations."""

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.sampler import Sampler
from animator.models.diffusion.samplers.sigmas import NoiseSchedule, sampler_sigmas

KEPT = 256


class ModelSigmas:
    """Computes the sigmas of each sampler and number of steps once."""

    def __init__(self, noise_schedule: NoiseSchedule, schedule_type: str) -> None:
        """Starts empty.

        Args:
            noise_schedule: The model's.
            schedule_type: The model's, for samplers without one; empty for the usual one.
        """
        self._noise_schedule = noise_schedule
        self._schedule_type = schedule_type
        self._cache: LRUCache[tuple[Sampler, str, int], tuple[float, ...]] = LRUCache(KEPT)

    def of(self, sampler: Sampler, request: GenerationRequest) -> tuple[float, ...]:
        """Returns the sigmas of the steps that run."""
        schedule_type = sampler.schedule_type or self._schedule_type or "Uniform"
        sigmas = self._cache.get(
            (sampler, schedule_type, request.steps),
            lambda: sampler_sigmas(self._noise_schedule, sampler, schedule_type, request.steps),
        )
        return sigmas[len(sigmas) - 1 - request.steps_run :]
