"""Turns the tokens of a transformer into feature maps of the sizes that the decoder expects.

Attribute names are those of the released files, so that their keys need no renaming.
"""

import torch
from torch import Tensor, nn


class Readout(nn.Module):
    """Mixes every patch token with the class token."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = nn.Sequential(nn.Linear(2 * width, width), nn.GELU())

    def forward(self, tokens: Tensor) -> Tensor:
        """Returns patch tokens (N, P, C) from class and patch tokens (N, 1 + P, C)."""
        patches = tokens[:, 1:]
        overall = tokens[:, :1].expand_as(patches)
        mixed: Tensor = self.project(torch.cat([patches, overall], -1))
        return mixed


def resampler(width: int, factor: float) -> nn.Module:
    """Returns a convolution that resizes a feature map by 4, 2, 1 or 1/2."""
    if factor > 1:
        return nn.ConvTranspose2d(width, width, int(factor), int(factor))
    if factor < 1:
        return nn.Conv2d(width, width, 3, 2, 1)
    return nn.Identity()


class Reassemble(nn.ModuleDict):
    """Turns tokens with a class token into a feature map; keys are the layer numbers of the original."""

    def __init__(self, width: int, outputs: int, factor: float) -> None:
        steps = {"0": Readout(width), "3": nn.Conv2d(width, outputs, 1), "4": resampler(outputs, factor)}
        super().__init__(steps)

    def forward(self, tokens: Tensor, grid: tuple[int, int]) -> Tensor:
        """Returns (N, outputs, h * factor, w * factor) from tokens (N, 1 + h * w, C)."""
        patches = unflatten(self["0"](tokens), grid)
        resized: Tensor = self["4"](self["3"](patches))
        return resized


def unflatten(patches: Tensor, grid: tuple[int, int]) -> Tensor:
    """Returns (N, C, h, w) from patch tokens (N, h * w, C)."""
    count, _, width = patches.shape
    return patches.transpose(1, 2).reshape(count, width, *grid)


def centers(count: int, span: float, like: Tensor) -> Tensor:
    """Returns the positions (count,) of the centers of equal parts of [-span, span], on a tensor's device."""
    end = span * (count - 1) / count
    return torch.linspace(-end, end, count, device=like.device)
