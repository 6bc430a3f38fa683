"""What a sampler is, and the decorator that declares one where its function stands.

Nothing here loads torch, nor may a module of samplers while it is imported: presets are checked without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

Denoise: TypeAlias = "Callable[[Tensor, float], Tensor]"
"""The model: its idea of the denoised latent, from a latent and its noise level."""
Levels: TypeAlias = "Sequence[float]"
"""Noise sigmas to walk down; the last is usually 0."""
Solver: TypeAlias = "Callable[[Denoise, Tensor, Levels, NoiseSampler], Tensor]"
"""From the model, a latent at the first level, the sigmas and the noise to the latent at the last level."""


def _share_of_level(level: float, share: float) -> float:
    return level * share


@dataclass(frozen=True, eq=False)
class NoiseSampler:
    """What randomness a sampler may add.

    Attributes:
        sample: A fresh normal latent at every call.
        eta: How much of the noise that a step could replace it does; 0 is deterministic, 1 fully ancestral.
        sigma_at: The level at a share of a level's training time; without a model, that share of the level.
    """

    sample: Callable[[], Tensor]
    eta: float
    sigma_at: Callable[[float, float], float] = _share_of_level


@dataclass(frozen=True)
class SamplerTraits:
    """All about a sampler but its function; `@sampler(...)` above the function makes a `Sampler` of both.

    Attributes:
        name: As presets and people write it.
        aliases: Other spellings, lower case with blanks: those of notebooks and of k-diffusion.
        schedule_type: How its sigmas are spaced, a key of `sigmas.SCHEDULES`; empty: the usual one.
        noise: The fresh noise it adds: none, as much as `ancestral_eta` or `ddim_eta` says, or a fixed share.
        calls_per_step: How often it calls the model in a step; None where it finds its own number of steps.
            With two, a step to 0 takes one.
        extra_calls: Calls beyond those, in the first step.
        own_levels: True where it walks sigmas of its own from the first to the last above 0.
        few_steps: True where it is made for models distilled to a few steps; more bring it no nearer.
        drop_next_to_last: Leaves out the last noise level before 0, as k-diffusion's users do for samplers
            that would spend two model calls between the two smallest sigmas.
    """

    name: str
    aliases: tuple[str, ...] = ()
    schedule_type: str = ""
    noise: Literal["none", "ancestral_eta", "ddim_eta", "fixed"] = "none"
    calls_per_step: int | None = 1
    extra_calls: int = 0
    own_levels: bool = False
    few_steps: bool = False
    drop_next_to_last: bool = False

    def __call__(self, solve: Solver) -> Sampler:
        """Returns the sampler that a function makes."""
        return Sampler(**vars(self), solve=solve)


@dataclass(frozen=True)
class Sampler(SamplerTraits):
    """A sampler.

    Attributes:
        solve: Draws.
    """

    solve: Solver = field(kw_only=True)


sampler = SamplerTraits
"""Declares a sampler: `@sampler("Euler", calls_per_step=1)` above its function."""
