"""Lets a U-Net attend to the features of a reference image, without another network ("reference only").

Before each call of the U-Net it is called with the reference image, noised like the latent, and the input of
every self-attention is kept. In the call itself each of them attends to those features besides its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.controlnet.residuals import BLOCKS, LAYERS, MIDDLE
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from schedules.seeds import derive

RowReference = tuple[Tensor, Tensor] | None
"""What a call of the U-Net gets of a reference: its noised latents (rows, C, h, w), scaled as the model's
input, and weights (rows, 1, 1). None for a reference that does not act in the call."""
RowReferences = Sequence[RowReference]
Refer = Callable[[Mapping[str, Any], RowReferences], None]
"""Reads references before a call of the U-Net, whose arguments it gets."""
_RESIDUALS = (LAYERS, MIDDLE, BLOCKS)
"""Arguments of the U-Net that guide the image and not the reference."""


def refer_to_nothing(inputs: Mapping[str, Any], references: RowReferences) -> None:
    """Stands for `Refer` where there is no reference."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A reference image of a generation.

    Attributes:
        control: Its weight, range of steps and style fidelity.
        latent: (1, C, h, w).
        noise: (1, C, h, w), the same at all steps.
    """

    control: Control
    latent: Tensor
    noise: Tensor

    def for_rows(self, is_negative: Sequence[bool], progress: float, sigma: float) -> RowReference:
        """Returns what a call of the U-Net gets of it; None where it does not act.

        Rows of the negative prompt see it less, the more the style fidelity is: so guidance leads toward it.

        Args:
            is_negative: For each row, True for one of the negative prompt.
            progress: Fraction of the steps done before this one.
            sigma: Of the latent.
        """
        control = self.control
        if not control.start <= progress < control.end:
            return None
        noised = torch.add(self.latent, self.noise, alpha=sigma) * (1 / (sigma**2 + 1) ** 0.5)
        negative = control.weight * (1 - (control.fidelity or 0.0))
        weights = torch.full((len(is_negative), 1, 1), control.weight, device=noised.device)
        for row, is_no in enumerate(is_negative):
            if is_no:
                weights[row].fill_(negative)
        return noised.expand(len(is_negative), -1, -1, -1), weights


def references_of(request: GenerationRequest, encode: Callable[[Tensor], Tensor]) -> tuple[Reference, ...]:
    """Returns the images that a request refers to; their noise depends on its seed and frame alone.

    Args:
        request: The request.
        encode: Returns the latent (1, C, h, w) of an image (3, H, W).
    """
    references: list[Reference] = []
    for control in request.controls:
        if control.is_reference and control.image is not None:
            latent = encode(control.image)
            seed = derive(request.seed, request.frame, "reference")
            noise = LatentNoise.of(seed, tuple(latent.shape), latent.device).draw()
            references.append(Reference(control, latent, noise))
    return tuple(references)


@contextmanager
def referring(unet: Any, *, has_references: bool) -> Iterator[Refer]:
    """Yields a function that has a U-Net read references before a call, within a `with` block.

    Args:
        unet: The U-Net.
        has_references: False changes nothing.
    """
    if not has_references:
        yield refer_to_nothing
        return
    reader = _Reader(unet)
    try:
        yield reader.refer
    finally:
        reader.remove()


class _Reader:
    """Hooks on the self-attentions of a U-Net."""

    def __init__(self, unet: Any) -> None:
        self._unet = unet
        self._weights: list[Tensor] = []
        self._features: list[dict[int, Tensor]] = []
        self._is_reading = False
        self._is_paused = False
        self._handles = [
            block.attn1.register_forward_hook(self._attend)
            for transformer in unet.modules()
            for block in getattr(transformer, "transformer_blocks", ())
        ]

    def remove(self) -> None:
        """Leaves the U-Net as it was."""
        for handle in self._handles:
            handle.remove()

    def refer(self, inputs: Mapping[str, Any], references: RowReferences) -> None:
        """Reads references; see `Refer`."""
        self._weights, self._features = [], []
        given = {name: value for name, value in inputs.items() if name not in _RESIDUALS}
        self._is_reading = True
        for reference in references:
            if reference is None:
                continue
            latents, weights = reference
            sample = inputs["sample"]
            # The additional channels of an inpainting model are those of the image.
            seen = torch.cat([latents.to(sample.dtype), sample[:, latents.shape[1] :]], dim=1)
            self._weights.append(weights.to(sample.dtype))
            self._features.append({})
            self._unet(**{**given, "sample": seen}, return_dict=False)
        self._is_reading = False

    def _attend(self, attention: Any, args: tuple[Any, ...], plain: Tensor) -> Tensor | None:
        """Keeps what a self-attention sees, or changes what it returns."""
        if self._is_paused:
            return None
        own = args[0]
        if self._is_reading:
            self._features[-1][id(attention)] = own
            return None
        output = plain
        self._is_paused = True  # for the attention calls itself
        for weights, features in zip(self._weights, self._features, strict=True):
            both = torch.cat([own, features[id(attention)]], dim=1)
            output = output + weights * (attention(own, both) - plain)
        self._is_paused = False
        return output
