"""Steers a U-Net by ControlNet-LLLites: sets what they show its layers before each call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.controlnet.lllite import Lite, LiteLayer
from animator.models.diffusion.request import Control

STEERED = "steered by "
"""Beginning of the names, among the U-Net's arguments, of what it does not take.

The number of the unit follows, and the name of the network.
"""
_MULTIPLE = 32
"""Control images are padded to multiples of this, the pixels of the coarsest layers' tokens."""

Steered = Sequence[tuple[Tensor, Tensor]]
"""For each changed layer: tokens of the control image (rows, T, C), and their weights (rows, T or 1, 1)."""
Steer = Callable[[Mapping[str, Steered]], None]
"""Sets what the next call of the U-Net is steered by, by the names among its arguments."""


def steer_by_nothing(steered: Mapping[str, Steered]) -> None:
    """Stands for `Steer` where there is no such network."""


def steered_name(number: int, network: str) -> str:
    """Returns the name, among the U-Net's arguments, of what a unit steers it by."""
    return f"{STEERED}{number} {network}"


@dataclass(frozen=True, eq=False)
class LiteGuide:
    """A ControlNet-LLLite with the tokens of a control image.

    Attributes:
        name: Of the network.
        control: Its weight, range of steps and control mode.
        tokens: Features of the image for each layer (1, C, h, w).
        masks: Where it guides, for each layer (1, 1, h, w); None is everywhere.
    """

    name: str
    control: Control
    tokens: tuple[Tensor, ...]
    masks: tuple[Tensor, ...] | None

    @classmethod
    @torch.no_grad()
    def of(cls, net: Lite, image: Tensor, control: Control, mask: Tensor | None) -> "LiteGuide":
        """Returns the guide of a control image (1, 3, H, W) in [0, 1] and a mask (1, 1, H, W)."""
        height, width = image.shape[-2:]
        margins = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)
        padded = functional.pad(image, margins, mode="replicate") * 2 - 1
        tokens = tuple(layer.tokens(padded) for layer in net.layers.values())
        if mask is None:
            return cls(net.name, control, tokens, None)
        seen = functional.pad(mask, margins, mode="replicate")
        masks = tuple(functional.adaptive_avg_pool2d(seen, (one.shape[-2], one.shape[-1])) for one in tokens)
        return cls(net.name, control, tokens, masks)

    def steered(self, rows: int, size: tuple[int, int], *, is_negative_first: bool) -> Steered:
        """Returns what steers a U-Net call.

        Args:
            rows: Its rows.
            size: Height and width of its latents.
            is_negative_first: True if the first row is the negative prompt.
        """
        spares = self.control.control_mode in ("control", "guess") and is_negative_first
        found: list[tuple[Tensor, Tensor]] = []
        for index, features in enumerate(self.tokens):
            own = _cut(features, size)
            weights = torch.full((rows, 1, 1), self.control.weight, device=own.device, dtype=own.dtype)
            if spares:
                weights[:1].zero_()
            if self.masks is not None:
                weights = weights * _cut(self.masks[index], size).flatten(2).transpose(1, 2)
            found.append((own.flatten(2).transpose(1, 2).expand(rows, -1, -1), weights))
        return tuple(found)


def _cut(features: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns features at the places that a layer of the U-Net has: those of the padding are left out."""
    height, width = size
    level = 1
    while features.shape[-2] < -(-height // level) or features.shape[-1] < -(-width // level):
        level *= 2
    return features[..., : -(-height // level), : -(-width // level)]


@contextmanager
def steering(unet: Any, nets: Sequence[Lite]) -> Iterator[Steer]:
    """Yields a function that sets what a U-Net is steered by, within a `with` block.

    Args:
        unet: The U-Net.
        nets: The networks that may steer it.
    """
    current: dict[str, Steered] = {}
    handles: list[Any] = []

    def steer(steered: Mapping[str, Steered]) -> None:
        current.clear()
        current.update(steered)

    modules = dict(unet.named_modules())
    for net in nets:
        for index, (path, layer) in enumerate(net.layers.items()):
            handles.append(modules[path].register_forward_pre_hook(_hook(current, net.name, index, layer)))
    try:
        yield steer if nets else steer_by_nothing
    finally:
        for handle in handles:
            handle.remove()


def _hook(current: Mapping[str, Steered], network: str, index: int, layer: LiteLayer) -> Any:
    def change(_layer: Any, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        own, *others = args
        x = own
        for name, steered in current.items():
            if name.partition(" ")[2] != network:
                continue
            tokens, weights = steered[index]
            if tokens.shape[:2] != own.shape[:2]:
                raise ModelError(
                    f"controlnet {network}: a ControlNet-LLLite does not go together with what changes "
                    "the sizes inside the model, such as deep_shrink; leave one of them out"
                )
            x = x + layer.change(own, tokens) * weights
        return (x, *others)

    return change
