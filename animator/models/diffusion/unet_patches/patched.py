"""`patched`: a model whose U-Net is changed while it generates, and as it was afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from torch import Tensor

from animator.errors import ChangeSetting, ModelError
from animator.models.diffusion.hypernetwork.apply import HypernetworkPatch
from animator.models.diffusion.hypernetwork.load import Hypernetwork
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.sampler import Denoise
from animator.models.diffusion.samplers.sigmas import step_of
from animator.models.diffusion.unet_patches.deep_shrink import DeepShrinkPatch
from animator.models.diffusion.unet_patches.freeu import FreeUPatch


class UNetPatch(Protocol):
    """A change of a U-Net."""

    def at(self, progress: float) -> None:
        """Switches the change on or off for a step.

        Args:
            progress: Fraction of the steps that run which are done before it.
        """

    def remove(self) -> None:
        """Leaves the U-Net as it was."""


@contextmanager
def patched(
    unet: Any,
    request: GenerationRequest,
    hypernetworks: Sequence[tuple[Hypernetwork, float]],
    denoise: Denoise,
    sigmas: Sequence[float],
) -> Iterator[Denoise]:
    """Yields a model that generates with the changes that a request asks for, within a `with` block.

    Args:
        unet: diffusers' U-Net.
        request: Names the changes.
        hypernetworks: Hypernetworks with their strengths.
        denoise: The model, which calls the U-Net.
        sigmas: Sigmas of the generation.

    Raises:
        ModelError: The U-Net cannot be changed so.
    """
    with ExitStack() as stack:
        patches: list[UNetPatch] = []
        for patch in _apply(unet, request, hypernetworks):
            stack.callback(patch.remove)
            patches.append(patch)
        yield _switching(denoise, sigmas, patches) if patches else denoise


def _apply(
    unet: Any, request: GenerationRequest, hypernetworks: Sequence[tuple[Hypernetwork, float]]
) -> Iterator[UNetPatch]:
    """Yields each change once it is made, so that it can be taken back also where the next one fails."""
    if hypernetworks:
        yield HypernetworkPatch(unet, hypernetworks)
    if request.freeu is not None:
        yield FreeUPatch(unet, request.freeu)
    if request.deep_shrink is not None:
        yield DeepShrinkPatch(unet, request.deep_shrink)


def check_patchable(request: GenerationRequest, *, has_hypernetworks: bool, is_compiled: bool) -> None:
    """Checks that the changes that a request asks for go with its other wishes.

    Args:
        request: The request.
        has_hypernetworks: True if its prompts name hypernetworks.
        is_compiled: True for a compiled U-Net, which does not notice the changes.

    Raises:
        ModelError: They do not.
    """
    asked = {
        "a hypernetwork": has_hypernetworks,
        "reference_only": any(control.is_reference for control in request.controls),
        "an IP-Adapter": bool(request.image_prompts),
        "FreeU": request.freeu is not None,
        "deep shrink": request.deep_shrink is not None,
    }
    names = [name for name, is_asked in asked.items() if is_asked]
    if names and is_compiled:
        raise ModelError(
            f"{names[0]}: changes the model while it generates, which a compiled one does not allow",
            ChangeSetting("diffusion.speed", "eager"),
        )
    if request.deep_shrink is not None and any(unit.weight and unit.model for unit in request.controls):
        raise ModelError(
            "deep shrink: does not go with ControlNets, which guide the whole grid; use one of them"
        )


def _switching(denoise: Denoise, sigmas: Sequence[float], patches: Sequence[UNetPatch]) -> Denoise:
    """Returns a model that switches the changes on and off before each of its calls."""

    def switch_and_denoise(x: Tensor, sigma: float) -> Tensor:
        progress = step_of(sigmas, sigma) / (len(sigmas) - 1)
        for patch in patches:
            patch.at(progress)
        return denoise(x, sigma)

    return switch_and_denoise
