"""ControlNets at work: what they add to the U-Net's layers at each step (Zhang et al. 2023).

A net reads what the U-Net reads and a control image, and gives one addition per layer of the U-Net's way
down and one for its middle. Additions of several nets are summed. Which counts more is A1111's choice: with
"prompt" the additions fade toward the finest layer, by 0.825 per layer; with "control" they do so too, and
act on the prompts but not on the negative prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.request import Control

FADE = 0.825


@dataclass(frozen=True, eq=False)
class ControlNetGuide:
    """One ControlNet and what it does in a drawing.

    Attributes:
        net: diffusers' ControlNetModel.
        image: The control image (1, 3, H, W), as large as the latent stands for, in the net's precision.
        control: Its weight, its share of the steps, its mode.
    """

    net: Any
    image: Tensor
    control: Control

    def residuals(self, asked: Mapping[str, Any], *, is_negative_first: bool) -> list[Tensor]:
        """What it adds to each layer (rows, C, h, w), the middle last.

        Args:
            asked: What the U-Net is asked, by the names that both take.
            is_negative_first: The first row is the negative prompt's.
        """
        image = self.image.expand(asked["sample"].shape[0], -1, -1, -1)
        down, middle = self.net(**asked, controlnet_cond=image, return_dict=False)
        found = [*down, middle]
        is_soft = self.control.control_mode != "balanced"
        last = len(found) - 1
        found = [
            addition * (self.control.weight * (FADE ** (last - place) if is_soft else 1.0))
            for place, addition in enumerate(found)
        ]
        if self.control.control_mode == "control" and is_negative_first:
            for addition in found:
                addition[:1].zero_()
        return found


def unet_kwargs(
    guides: Sequence[ControlNetGuide], asked: Mapping[str, Any], share: float, *, is_negative_first: bool
) -> dict[str, Any]:
    """What the U-Net is given beside what it is asked; empty where no net acts.

    Args:
        guides: The drawing's nets.
        asked: See `ControlNetGuide.residuals`.
        share: Share of the steps that were done before this one; a net acts from its start on, and before
            its end.
        is_negative_first: See `ControlNetGuide.residuals`.
    """
    total: list[Tensor] = []
    for hint in guides:
        if not hint.control.start <= share < hint.control.end:
            continue
        found = hint.residuals(asked, is_negative_first=is_negative_first)
        total = [torch.add(old, new) for old, new in zip(total, found, strict=True)] if total else found
    if not total:
        return {}
    return {
        "down_block_additional_residuals": tuple(total[:-1]),
        "mid_block_additional_residual": total[-1],
    }
