"""Computes the residuals that ControlNets add to the U-Net's layers (Zhang et al. 2023).

A ControlNet takes the U-Net's input and a control image, and returns one residual per down block layer and
one for the middle block. Residuals of several nets are summed. The control modes are three of A1111: with
"prompt" the residuals fade toward the finest layer, by 0.825 per layer; with "control" they also fade, and
act on the prompts but not on the negative prompt. The fourth, "guess", is the guess mode of diffusers: as
"control", but they fade evenly on a logarithmic scale, to a tenth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from animator.models.diffusion.controlnet.steering import LiteGuide, steered_name
from animator.models.diffusion.request import Control

FADE = 0.825
LAYERS, MIDDLE = "down_block_additional_residuals", "mid_block_additional_residual"
BLOCKS = "down_intrablock_additional_residuals"
"""The U-Net's arguments: residuals behind each layer and the middle block, those within each down block."""
Place = Literal["layers", "blocks"]
"""Where residuals are added: behind each layer, as ControlNets'; or within down blocks, as adapters'."""
GUESS_FADE = 0.1
"""Factor of the finest layer in guess mode."""


class ResidualGuide(Protocol):
    """A network whose residuals guide the U-Net."""

    @property
    def control(self) -> Control:
        """The unit."""
        ...

    @property
    def place(self) -> Place:
        """Where its residuals are added."""
        ...

    def residuals(self, unet_inputs: Mapping[str, Any], *, is_negative_first: bool) -> list[Tensor]:
        """Returns its residuals (rows, C, h, w), the finest first.

        Args:
            unet_inputs: Keyword arguments that the U-Net and the network share.
            is_negative_first: True if the first row is the negative prompt.
        """
        ...


@dataclass(frozen=True, eq=False)
class ControlNetGuide:
    """One ControlNet with its control image.

    Attributes:
        net: diffusers' ControlNetModel.
        image: The control image (1, 3, H, W), padded like the init image, in the net's precision.
        control: Its weight, range of steps and control mode.
        mask: Where it guides (1, 1, H, W), padded like its image; None is everywhere.
    """

    net: Any
    image: Tensor
    control: Control
    mask: Tensor | None = None

    @property
    def place(self) -> Place:
        """Where its residuals are added."""
        return "layers"

    def residuals(self, unet_inputs: Mapping[str, Any], *, is_negative_first: bool) -> list[Tensor]:
        """Returns its residual of each layer (rows, C, h, w), the middle block last; see `ResidualGuide`."""
        image = self.image.expand(unet_inputs["sample"].shape[0], -1, -1, -1)
        down, middle = self.net(**unet_inputs, controlnet_cond=image, return_dict=False)
        return weighed([*down, middle], self.control, self.mask, is_negative_first=is_negative_first)


@dataclass(frozen=True, eq=False)
class AdapterGuide:
    """A T2I-Adapter's features of a control image.

    Attributes:
        features: One for each down block (1, C, h, w), the finest first.
        control: Its weight, range of steps and control mode.
        mask: Where it guides (1, 1, H, W), padded like its image; None is everywhere.
    """

    features: tuple[Tensor, ...]
    control: Control
    mask: Tensor | None = None

    @property
    def place(self) -> Place:
        """Where its residuals are added."""
        return "blocks"

    def residuals(self, unet_inputs: Mapping[str, Any], *, is_negative_first: bool) -> list[Tensor]:
        """Returns its residual of each down block (rows, C, h, w); see `ResidualGuide`."""
        rows = unet_inputs["sample"].shape[0]
        outputs = [feature.expand(rows, -1, -1, -1) for feature in self.features]
        return weighed(outputs, self.control, self.mask, is_negative_first=is_negative_first)


def weighed(
    outputs: Sequence[Tensor], control: Control, mask: Tensor | None, *, is_negative_first: bool
) -> list[Tensor]:
    """Returns a network's outputs (rows, C, h, w), the finest first, as a unit weighs them."""
    factors = _factors(control, len(outputs))
    residuals = [output * factor for output, factor in zip(outputs, factors, strict=True)]
    if mask is not None:
        residuals = [residual * _resized(mask, residual) for residual in residuals]
    if control.control_mode in ("control", "guess") and is_negative_first:
        for residual in residuals:
            residual[:1].zero_()
    return residuals


def _factors(control: Control, count: int) -> list[float]:
    """Returns the factor of each layer's residual, the finest first."""
    weight, last = control.weight, count - 1
    if control.control_mode == "balanced":
        return [weight] * count
    fade = GUESS_FADE ** (1 / last) if control.control_mode == "guess" else FADE
    return [weight * fade ** (last - index) for index in range(count)]


def _resized(mask: Tensor, like: Tensor) -> Tensor:
    """Returns the mask (1, 1, H, W) at the height and width of a residual; 1 everywhere stays exactly 1."""
    return functional.adaptive_avg_pool2d(mask, (like.shape[-2], like.shape[-1]))


Guide = ResidualGuide | LiteGuide
"""What guides the U-Net."""


def unet_kwargs(
    guides: Sequence[Guide],
    unet_inputs: Mapping[str, Any],
    progress: float,
    *,
    is_negative_first: bool,
) -> dict[str, Any]:
    """Returns the U-Net's additional keyword arguments; empty if no network is active.

    Args:
        guides: The networks of the request.
        unet_inputs: See `ResidualGuide.residuals`.
        progress: Fraction of the steps done before this one; a network is active from its start on, and
            before its end.
        is_negative_first: See `ResidualGuide.residuals`.
    """
    totals: dict[Place, list[Tensor]] = {}
    given: dict[str, Any] = {}
    for number, guide in enumerate(guides):
        if not guide.control.start <= progress < guide.control.end:
            continue
        if isinstance(guide, LiteGuide):
            sample = unet_inputs["sample"]
            size = sample.shape[-2], sample.shape[-1]
            given[steered_name(number, guide.name)] = guide.steered(
                sample.shape[0], size, is_negative_first=is_negative_first
            )
        else:
            residuals = guide.residuals(unet_inputs, is_negative_first=is_negative_first)
            before = totals.get(guide.place)
            totals[guide.place] = residuals if before is None else _sums(before, residuals)
    if layers := totals.get("layers"):
        given[LAYERS], given[MIDDLE] = tuple(layers[:-1]), layers[-1]
    if blocks := totals.get("blocks"):
        given[BLOCKS] = tuple(blocks)
    return given


def _sums(some: Sequence[Tensor], others: Sequence[Tensor]) -> list[Tensor]:
    return [torch.add(one, other) for one, other in zip(some, others, strict=True)]
