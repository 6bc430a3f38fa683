"""Pre- and postprocessing of each network's official program: input size, normalization, resizing.

Importing this module does not load torch, so that the table of networks can be read without it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Fit = Literal["minimal", "lower_bound", "upper_bound", "exact"]
Final = Literal["bicubic", "bilinear", "bilinear_corners"]


@dataclass(frozen=True)
class Sizing:
    """The size of a network's input for an image of any size.

    Attributes:
        width: Target width.
        height: Target height.
        multiple: Both sides are rounded to multiples of this.
        fit: How the aspect ratio is kept: scale by the side that changes least (minimal), so that both sides
            are at least the target (lower_bound) or at most (upper_bound); or not kept (exact).
    """

    width: int
    height: int
    multiple: int
    fit: Fit

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the input for an image of height x width."""
        by_height, by_width = self.height / height, self.width / width
        if self.fit == "exact":
            return self._round(self.height, self.height), self._round(self.width, self.width)
        if self.fit == "minimal":
            scale = by_width if abs(1 - by_width) < abs(1 - by_height) else by_height
        else:
            scale = (max if self.fit == "lower_bound" else min)(by_height, by_width)
        return self._round(scale * height, self.height), self._round(scale * width, self.width)

    def _round(self, side: float, bound: int) -> int:
        count = round(side / self.multiple)  # half to even, as numpy rounds
        if self.fit == "upper_bound" and count * self.multiple > bound:
            count = math.floor(side / self.multiple)
        if self.fit == "lower_bound" and count * self.multiple < bound:
            count = math.ceil(side / self.multiple)
        # The original rounds a side of very long images to 0 and fails; use at least one multiple.
        return max(count, 1) * self.multiple


@dataclass(frozen=True)
class Normalize:
    """Mean and standard deviation of each color channel, for images in [0, 1]."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @staticmethod
    def half() -> Normalize:
        """Returns the normalization from [0, 1] to [-1, 1]."""
        return Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))

    @staticmethod
    def imagenet() -> Normalize:
        """Returns the normalization by ImageNet's statistics."""
        return Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

    def apply(self, images: Tensor) -> Tensor:
        """Normalizes images (N, 3, H, W) in [0, 1]."""
        import torch

        from animator.images.side_stream import to_device

        mean, std = torch.tensor((self.mean, self.std), dtype=images.dtype).view(2, 1, 3, 1, 1)
        return (images - to_device(mean, images.device)) / to_device(std, images.device)


@dataclass(frozen=True)
class Preparation:
    """Preprocessing of an image, as in the official program.

    Attributes:
        sizing: Size of the network's input; resizing is bicubic, without antialiasing or clamping.
        normalize: Mean and standard deviation.
        final: How the output is resized to the image: bicubic, bilinear, or bilinear with aligned corners.
        margins: True for reflected margins and averaging with the mirrored image (ZoeDepth, which resizes and
            normalizes inside the network).
    """

    sizing: Sizing
    normalize: Normalize
    final: Final
    margins: bool = False
