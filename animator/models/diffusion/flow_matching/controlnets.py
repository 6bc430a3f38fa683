"""ControlNets of flow-matching models: they read what the transformer reads, and add to its blocks' outputs.

A pipeline calls its transformer; a hook on that call asks the ControlNets with the same arguments, and hands
their outputs over as an argument of the transformer. So a pipeline needs not know of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.control_tasks import check_task, flux_tasks
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.controlnet.networks import KEPT
from animator.models.diffusion.flow_matching.controlnet_calls import CALLS, Outputs
from animator.models.diffusion.flow_matching.load_controlnet import load_flow_controlnet
from animator.models.diffusion.flow_matching.network import pack
from animator.models.diffusion.request import Control

GUIDED = tuple(CALLS)
"""Families that have ControlNets."""


@dataclass(frozen=True, eq=False)
class FlowGuide:
    """A ControlNet with its control image.

    Attributes:
        net: diffusers' ControlNet.
        family: Key of the model's family.
        image: What it reads: latents as the transformer takes them, or the image (1, 3, H, W) in [-1, 1].
        control: Its weight and range of steps.
        task: Number of the kind of image for a union ControlNet (1, 1); None for others.
        mask: Where it guides, for each token (1, T, 1); None is everywhere.
    """

    net: Any
    family: str
    image: Tensor
    control: Control
    task: Tensor | None = None
    mask: Tensor | None = None

    def outputs(self, transformer: Any, given: Mapping[str, Any]) -> Outputs:
        """Returns what is added behind each block of the transformer (rows, T, C), by its argument.

        Args:
            transformer: The transformer.
            given: Its keyword arguments.
        """
        made = CALLS[self.family](self.net, transformer, self.image, self.task, given)
        factor = self.control.weight if self.mask is None else self.mask * self.control.weight
        return {name: [block * factor for block in blocks] for name, blocks in made.items()}


class FlowControlNets:
    """Loads and keeps the ControlNets of one transformer."""

    def __init__(self, pipeline: Any, family: FlowFamily, vae: Autoencoder, library: Library) -> None:
        """Starts empty.

        Args:
            pipeline: The model's pipeline.
            family: Its family.
            vae: Its VAE.
            library: Finds ControlNets by name.
        """
        self._transformer = pipeline.transformer
        self._family = family
        self._vae = vae
        self._library = library
        self._nets: LRUCache[str, Any] = LRUCache(KEPT)

    def load(self, names: Iterable[str]) -> None:
        """Loads the ControlNets of these names.

        Raises:
            ModelError: One is missing, broken or made for another model.
        """
        for name in names:
            self._net(name)

    def to(self, device: torch.device) -> None:
        """Moves the ControlNets to a device."""
        for net in self._nets.values():
            net.to(device)

    def guides(self, controls: Iterable[Control]) -> tuple[FlowGuide, ...]:
        """Returns the guides of a request; units without weight, model or image are left out.

        Raises:
            ModelError: See `load`; or a union ControlNet does not know the task.
        """
        return tuple(
            self._guide(control, control.image)
            for control in controls
            if control.weight and control.model and control.image is not None
        )

    def _guide(self, control: Control, image: Tensor) -> FlowGuide:
        net, task = self._net(control.model), None
        if getattr(net, "union", False):
            known = flux_tasks(net.config.num_mode)
            check_task(f"controlnet {control.model}", control.task, known)
            task = torch.tensor([[known.index(control.task)]], device=net.device)
        mask = (
            None if control.mask is None else mask_tokens(control.mask, self._vae).to(net.device, net.dtype)
        )
        return FlowGuide(net, self._family.key, self._read(net, image), control, task, mask)

    def _read(self, net: Any, image: Tensor) -> Tensor:
        """Returns a control image (3, H, W) as a ControlNet reads it."""
        if getattr(net, "input_hint_block", None) is not None:
            return (self._vae.pad(image) * 2 - 1).to(net.device, net.dtype)
        latent = self._vae.encode(image)
        if getattr(net.config, "force_zeros_for_pooled_projection", False):
            # Those by InstantX, which this setting tells, were trained on latents that are not shifted.
            config = self._vae.model.config
            latent = latent + (config.shift_factor or 0.0) * config.scaling_factor
        return pack(latent, self._family).to(net.device, net.dtype)

    def _net(self, name: str) -> Any:
        def load() -> Any:
            checkpoint = find_controlnet(name, self._library)
            return load_flow_controlnet(checkpoint, self._transformer, self._family)

        return self._nets.get(name, load)


def mask_tokens(mask: Tensor, vae: Autoencoder) -> Tensor:
    """Returns a mask (1, H, W) as a factor of a transformer's tokens (1, T, 1), two latent pixels wide.

    Args:
        mask: The mask.
        vae: The model's VAE, which pads it as it pads images.
    """
    padded = vae.pad(mask)
    side = vae.factor * 2
    size = padded.shape[-2] // side, padded.shape[-1] // side
    return functional.adaptive_avg_pool2d(padded, size).flatten(2).transpose(1, 2)


class Guiding:
    """The guides that act in the current step."""

    def __init__(self, guides: Sequence[FlowGuide]) -> None:
        """Starts before the first step."""
        self._guides = guides
        self._progress = 0.0

    def at(self, progress: float) -> None:
        """Goes to a step, by the fraction of the steps done before it."""
        self._progress = progress

    def add(self, transformer: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
        """Hook: returns the transformer's arguments with what the ControlNets add."""
        total: dict[str, list[Tensor]] = {}
        for guide in self._guides:
            if guide.control.start <= self._progress < guide.control.end:
                for name, blocks in guide.outputs(transformer, given).items():
                    before = total.get(name)
                    total[name] = (
                        blocks if before is None else [a + b for a, b in zip(before, blocks, strict=True)]
                    )
        return args, {**given, **total}


@contextmanager
def guided(transformer: Any, guides: Sequence[FlowGuide]) -> Iterator[Guiding]:
    """Yields what sets the current step, while ControlNets guide a transformer within a `with` block."""
    guiding = Guiding(guides)
    handle = transformer.register_forward_pre_hook(guiding.add, with_kwargs=True) if guides else None
    try:
        yield guiding
    finally:
        if handle is not None:
            handle.remove()
