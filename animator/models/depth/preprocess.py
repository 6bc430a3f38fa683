"""Pre- and postprocessing of each network's official program: input size, normalization, resizing.

Importing this module does not load torch, so that the table of networks can be read without it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Fit = Literal["minimal", "lower_bound", "upper_bound", "longest", "patches", "exact"]
Final = Literal["bicubic", "bilinear", "bilinear_corners"]
Resizing = Literal["cubic", "area", "smooth"]


@dataclass(frozen=True)
class Sizing:
    """The size of a network's input for an image of any size.

    Attributes:
        width: Target width.
        height: Target height.
        multiple: Both sides are rounded to multiples of this.
        fit: How the aspect ratio is kept: scale by the side that changes least (minimal), so that both sides
            are at least the target (lower_bound) or at most (upper_bound), so that the longer side is the
            target (longest), or so that as many multiples fit as in the target (patches); or not kept
            (exact).
        widest: Ratio of the sides above which the target shrinks with the ratio, so that long images take no
            more memory; 0 for none.
    """

    width: int
    height: int
    multiple: int
    fit: Fit
    widest: float = 0.0

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the input for an image of height x width."""
        if self.widest and max(height, width) / min(height, width) > self.widest:
            return self._narrowed(max(height, width) / min(height, width)).of(height, width)
        if self.fit == "longest":
            whole = self.whole(height, width)
            return self._nearest(whole[0]), self._nearest(whole[1])
        if self.fit == "patches":
            patches, aspect = (self.width // self.multiple) * (self.height // self.multiple), width / height
            rows, columns = round((patches / aspect) ** 0.5), round((patches * aspect) ** 0.5)
            return max(rows, 1) * self.multiple, max(columns, 1) * self.multiple
        by_height, by_width = self.height / height, self.width / width
        if self.fit == "exact":
            return self._round(self.height, self.height), self._round(self.width, self.width)
        if self.fit == "minimal":
            scale = by_width if abs(1 - by_width) < abs(1 - by_height) else by_height
        else:
            scale = (max if self.fit == "lower_bound" else min)(by_height, by_width)
        return self._round(scale * height, self.height), self._round(scale * width, self.width)

    def whole(self, height: int, width: int) -> tuple[int, int]:
        """Returns the sides of an image whose longer one is the target, in whole pixels."""
        scale = self.width / max(height, width)
        return max(round(scale * height), 1), max(round(scale * width), 1)

    def _narrowed(self, ratio: float) -> Sizing:
        """Returns the sizing of an image whose sides have this ratio."""
        target = max(round(int(self.width * self.widest / ratio) / self.multiple), 1) * self.multiple
        return replace(self, width=target, height=target, widest=0.0)

    def _nearest(self, side: int) -> int:
        """Returns the nearest multiple to a side, the larger one of two."""
        return max((2 * side + self.multiple) // (2 * self.multiple), 1) * self.multiple

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
        sizing: Size of the network's input.
        normalize: Mean and standard deviation.
        final: How the output is resized to the image: bicubic, bilinear, or bilinear with aligned corners.
        margins: True for reflected margins and averaging with the mirrored image (ZoeDepth, which resizes and
            normalizes inside the network).
        resizing: How the image is resized to the input: bicubic without antialiasing or clamping; or by areas
            where it is larger, first to whole pixels and then to the multiples; or bilinear with
            antialiasing (smooth).
    """

    sizing: Sizing
    normalize: Normalize
    final: Final
    margins: bool = False
    resizing: Resizing = "cubic"
