"""What each network's own program does to an image before, and to its output after: sizes and normalization.

No torch is imported here, so that tables of networks can be read without loading it.
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
        width: Size aimed at.
        height: Size aimed at.
        multiple: Both sides become multiples of this.
        fit: How the aspect ratio is kept: by the side that changes least (minimal), so that both sides are
            at least the size aimed at (lower_bound) or at most (upper_bound); or not at all (exact).
    """

    width: int
    height: int
    multiple: int
    fit: Fit

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the input for an image of height x width."""
        by_height, by_width = self.height / height, self.width / width
        if self.fit == "exact":
            return self._rounded(self.height, self.height), self._rounded(self.width, self.width)
        if self.fit == "minimal":
            scale = by_width if abs(1 - by_width) < abs(1 - by_height) else by_height
        else:
            scale = (max if self.fit == "lower_bound" else min)(by_height, by_width)
        return self._rounded(scale * height, self.height), self._rounded(scale * width, self.width)

    def _rounded(self, side: float, bound: int) -> int:
        count = round(side / self.multiple)  # half to even, as numpy rounds
        if self.fit == "upper_bound" and count * self.multiple > bound:
            count = math.floor(side / self.multiple)
        if self.fit == "lower_bound" and count * self.multiple < bound:
            count = math.ceil(side / self.multiple)
        # Very long images round to nothing in the original, which then fails; one multiple is the least.
        return max(count, 1) * self.multiple


@dataclass(frozen=True)
class Normalize:
    """Mean and standard deviation that a network expects of each color, in [0, 1]."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @staticmethod
    def half() -> Normalize:
        """[0, 1] becomes [-1, 1]."""
        return Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))

    @staticmethod
    def imagenet() -> Normalize:
        """The statistics of ImageNet."""
        return Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

    def apply(self, images: Tensor) -> Tensor:
        """Normalized images, of images (N, 3, H, W) in [0, 1]."""
        mean = images.new_tensor(self.mean).view(1, 3, 1, 1)
        std = images.new_tensor(self.std).view(1, 3, 1, 1)
        return (images - mean) / std


@dataclass(frozen=True)
class Preparation:
    """The official treatment of an image.

    Attributes:
        sizing: Size of the network's input; the resizing is bicubic, not antialiased, not clipped.
        normalize: Mean and standard deviation.
        final: How the output is resized to the image: bicubic, bilinear, or bilinear with aligned corners.
        margins: Whether the image gets reflected margins and the answer is averaged with that for the
            mirrored image (ZoeDepth, which resizes and normalizes by itself).
    """

    sizing: Sizing
    normalize: Normalize
    final: Final
    margins: bool = False
