"""`FlowTogether`: several generations whose network calls are made at once, where they are of one form."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.flow_matching.denoiser import FlowDenoiser
from animator.models.diffusion.flow_matching.network import Arguments


@dataclass(frozen=True, eq=False)
class FlowTogether:
    """A network that denoises the latents of several generations.

    A generation's latent does not depend on the others, but for rounding; see `together.Together`.

    Attributes:
        parts: The denoiser of each generation, of one network and with the same sigmas and guides.
    """

    parts: tuple[FlowDenoiser, ...]

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latents (N, C, h, w) of the N generations' latents."""
        first = self.parts[0]
        first.tell_step(sigma)
        timestep = first.schedule.timestep(sigma)
        groups: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
        calls = [part.calls_at(sigma) for part in self.parts]
        for part, own in enumerate(calls):
            for number, call in enumerate(own):
                groups[form_of(call.arguments)].append((part, number))
        made: dict[tuple[int, int], Tensor] = {}
        for places in groups.values():
            noised = torch.cat([x[part : part + 1] for part, _ in places])
            joined = join([calls[part][number].arguments for part, number in places])
            made |= zip(places, first.network.denoise(noised, sigma, timestep, joined).split(1), strict=True)
        return torch.cat(
            [
                part.finish(x[index : index + 1], [made[index, n] for n in range(len(calls[index]))], sigma)
                for index, part in enumerate(self.parts)
            ]
        )


def form_of(arguments: Arguments) -> Hashable:
    """Returns what has to be equal for calls to be joined: scales, names, and the shapes of embeddings."""
    return tuple(sorted((name, _shapes(value)) for name, value in arguments.items()))


def _shapes(value: Any) -> str:
    if isinstance(value, Tensor):
        return str(tuple(value.shape))
    return str([_shapes(part) for part in value]) if isinstance(value, list) else repr(value)


def join(several: Sequence[Arguments]) -> Arguments:
    """Returns the arguments of calls of one form as those of one call."""
    return {name: _joined([arguments[name] for arguments in several]) for name in several[0]}


def _joined(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Tensor):
        return torch.cat(list(values))
    return [part for value in values for part in value] if isinstance(first, list) else first
