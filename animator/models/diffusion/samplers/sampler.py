"""`Sampler`, and the decorator `@sampler(...)` that makes one from a function.

Importing this module, or any module of samplers, must not load torch: presets are validated without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

Denoise: TypeAlias = "Callable[[Tensor, float], Tensor]"
"""The model: takes a noised latent (1, C, h, w) and its sigma, returns the denoised latent it estimates."""
Sigmas: TypeAlias = "Sequence[float]"
"""Noise levels to step through, descending; the last is usually 0."""
Solver: TypeAlias = "Callable[[Denoise, Tensor, Sigmas, NoiseSampler], Tensor]"
"""Takes the model, the latent at the first sigma, the sigmas and the noise; returns the final latent."""


def _scaled_sigma(sigma: float, fraction: float) -> float:
    return sigma * fraction


@dataclass(frozen=True, eq=False)
class NoiseSampler:
    """Source of the fresh noise that a sampler adds.

    Attributes:
        sample: Returns a new normally distributed latent at each call.
        eta: Amount of fresh noise; 0 is deterministic, 1 fully ancestral.
        sigma_at: Returns the sigma at a fraction of a sigma's training timestep; by default that fraction of
            the sigma itself.
    """

    sample: Callable[[], Tensor]
    eta: float
    sigma_at: Callable[[float, float], float] = _scaled_sigma


@dataclass(frozen=True)
class SamplerTraits:
    """Properties of a sampler, used as the decorator `@sampler(...)` that turns a function into a `Sampler`.

    Attributes:
        name: Name in presets.
        aliases: Other spellings, lower case with spaces: those of notebooks and of k-diffusion.
        schedule_type: Default schedule type, a key of `sigmas.SCHEDULES`; empty: the model's.
        noise: What controls its fresh noise: "none" adds none, "fixed" ignores eta.
        calls_per_step: Model calls per step; None where the sampler chooses its number of steps. With two, a
            step to 0 takes one.
        extra_calls: Additional model calls in the first step.
        own_sigmas: True if it chooses its own sigmas between the first and the last one above 0.
        few_steps: True if it is made for distilled models; more steps do not improve it.
        discard_next_to_last_sigma: Leaves out the last sigma before 0, as k-diffusion's users do for samplers
            that would spend two model calls between the two smallest sigmas.
    """

    name: str
    aliases: tuple[str, ...] = ()
    schedule_type: str = ""
    noise: Literal["none", "ancestral_eta", "ddim_eta", "fixed"] = "none"
    calls_per_step: int | None = 1
    extra_calls: int = 0
    own_sigmas: bool = False
    few_steps: bool = False
    discard_next_to_last_sigma: bool = False

    def __call__(self, solve: Solver) -> Sampler:
        """Returns the sampler of a function."""
        return Sampler(**vars(self), solve=solve)


@dataclass(frozen=True)
class Sampler(SamplerTraits):
    """A sampler: its properties and its function.

    Attributes:
        solve: Denoises a latent; see `Solver`.
    """

    solve: Solver = field(kw_only=True)


sampler = SamplerTraits
"""Declares a sampler: put `@sampler("Euler", calls_per_step=1)` above its function."""
