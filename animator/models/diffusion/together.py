"""`Together`: several generations whose U-Net calls are made at once, in batches of equal form."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.denoiser import Denoiser


@dataclass(frozen=True, eq=False)
class Together:
    """A model that denoises the latents of several generations.

    A generation's latent does not depend on the others, but for rounding: kernels add in another order for
    other batch sizes.

    Attributes:
        parts: The denoiser of each generation, of one U-Net and with the same sigmas.
    """

    parts: tuple[Denoiser, ...]

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latents (N, C, h, w) of the N generations' latents."""
        if len(self.parts) == 1:
            return self.parts[0](x, sigma)
        inputs = [part.inputs(x[index : index + 1], sigma) for index, part in enumerate(self.parts)]
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index, given in enumerate(inputs):
            groups[_form(given)].append(index)
        denoised: dict[int, Tensor] = {}
        for indices in groups.values():
            outputs = self.parts[0].run(_join([inputs[index] for index in indices]))
            counts = [len(inputs[index]["timestep"]) for index in indices]
            for index, own in zip(indices, outputs.split(counts), strict=True):
                denoised[index] = self.parts[index].finish(x[index : index + 1], own, sigma)
        return torch.cat([denoised[index] for index in range(len(self.parts))])


def _form(inputs: Mapping[str, Any]) -> Hashable:
    """Returns what has to be equal for U-Net inputs to be joined: names, and the length of the prompts."""
    return tuple(sorted(inputs)), inputs["encoder_hidden_states"].shape[1]


def _join(values: Sequence[Any]) -> Any:
    """Returns tensors joined along their first axis; so are those in dicts and tuples. None stays None."""
    first = values[0]
    if first is None:
        return None
    if isinstance(first, Mapping):
        return {name: _join([value[name] for value in values]) for name in first}
    if isinstance(first, tuple):
        return tuple(_join(parts) for parts in zip(*values, strict=True))
    return torch.cat(list(values))
