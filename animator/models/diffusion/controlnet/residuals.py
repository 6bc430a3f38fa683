"""Computes the residuals that ControlNets add to the U-Net's layers (Zhang et al. 2023).

A ControlNet takes the U-Net's input and a control image, and returns one residual per down block layer and
one for the middle block. Residuals of several nets are summed. The control modes are three of A1111: with
"prompt" the residuals fade toward the finest layer, by 0.825 per layer; with "control" they also fade, and
act on the prompts but not on the negative prompt. The fourth, "guess", is the guess mode of diffusers: as
"control", but they fade evenly on a logarithmic scale, to a tenth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.models.diffusion.request import Control

FADE = 0.825
GUESS_FADE = 0.1
"""Factor of the finest layer in guess mode."""


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

    def residuals(self, unet_inputs: Mapping[str, Any], *, is_negative_first: bool) -> list[Tensor]:
        """Returns its residual of each layer (rows, C, h, w), the middle block last.

        Args:
            unet_inputs: Keyword arguments that the U-Net and the ControlNet share.
            is_negative_first: True if the first row is the negative prompt.
        """
        image = self.image.expand(unet_inputs["sample"].shape[0], -1, -1, -1)
        down, middle = self.net(**unet_inputs, controlnet_cond=image, return_dict=False)
        outputs = [*down, middle]
        factors = self._factors(len(outputs))
        residuals = [output * factor for output, factor in zip(outputs, factors, strict=True)]
        if self.mask is not None:
            residuals = [residual * _resized(self.mask, residual) for residual in residuals]
        if self.control.control_mode in ("control", "guess") and is_negative_first:
            for residual in residuals:
                residual[:1].zero_()
        return residuals

    def _factors(self, count: int) -> list[float]:
        """Returns the factor of each layer's residual, the finest first."""
        weight, last = self.control.weight, count - 1
        if self.control.control_mode == "balanced":
            return [weight] * count
        fade = GUESS_FADE ** (1 / last) if self.control.control_mode == "guess" else FADE
        return [weight * fade ** (last - index) for index in range(count)]


def _resized(mask: Tensor, like: Tensor) -> Tensor:
    """Returns the mask (1, 1, H, W) at the height and width of a residual; 1 everywhere stays exactly 1."""
    return functional.adaptive_avg_pool2d(mask, (like.shape[-2], like.shape[-1]))


def unet_kwargs(
    guides: Sequence[ControlNetGuide],
    unet_inputs: Mapping[str, Any],
    progress: float,
    *,
    is_negative_first: bool,
) -> dict[str, Any]:
    """Returns the U-Net's additional keyword arguments; empty if no ControlNet is active.

    Args:
        guides: The ControlNets of the request.
        unet_inputs: See `ControlNetGuide.residuals`.
        progress: Fraction of the steps done before this one; a ControlNet is active from its start on, and
            before its end.
        is_negative_first: See `ControlNetGuide.residuals`.
    """
    total: list[Tensor] = []
    for guide in guides:
        if not guide.control.start <= progress < guide.control.end:
            continue
        residuals = guide.residuals(unet_inputs, is_negative_first=is_negative_first)
        total = (
            [torch.add(old, new) for old, new in zip(total, residuals, strict=True)] if total else residuals
        )
    if not total:
        return {}
    return {
        "down_block_additional_residuals": tuple(total[:-1]),
        "mid_block_additional_residual": total[-1],
    }
