"""Applies the LUT of a .cube file to images."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.cube import Cube, Numbers, Table

Interpolate = Callable[[Tensor, Tensor], Tensor]
"""Returns (3, H, W) of colors (n, n, n, 3) at positions (3, H, W) in [0, 1] of red, green and blue."""


@dataclass(frozen=True, eq=False)
class Lut:
    """A LUT on a device.

    Attributes:
        curves: (n, 3), and their inputs; None if there are none.
        lattice: (n, n, n, 3) by blue, green and red, and its inputs; None if there is none.
    """

    curves: "_Table | None"
    lattice: "_Table | None"

    @classmethod
    def of(cls, cube: Cube, device: torch.device) -> "Lut":
        """Returns the LUT of a file's content."""
        return cls(_Table.of(cube.curves, device), _Table.of(cube.lattice, device))

    def apply(self, image: Tensor, interpolate: Interpolate) -> Tensor:
        """Returns the image (3, H, W), [0, 1], in other colors, clamped to [0, 1].

        Args:
            image: (3, H, W), [0, 1].
            interpolate: Interpolates in the lattice: `trilinear` or `tetrahedral`.
        """
        if self.curves is not None:
            image = _by_curves(self.curves.colors, self.curves.position(image))
        if self.lattice is not None:
            image = interpolate(self.lattice.colors, self.lattice.position(image))
        return image.clamp(0.0, 1.0)


@dataclass(frozen=True, eq=False)
class _Table:
    colors: Tensor
    low: Numbers
    high: Numbers

    @classmethod
    def of(cls, table: Table | None, device: torch.device) -> "_Table | None":
        if table is None:
            return None
        return cls(torch.from_numpy(table.colors.copy()).to(device), table.low, table.high)

    def position(self, image: Tensor) -> Tensor:
        """Returns where the colors of an image (3, H, W) are between the inputs, in [0, 1]."""
        ends = zip(image, self.low, self.high, strict=True)
        return torch.stack([(plane - low) / (high - low) for plane, low, high in ends]).clamp_(0.0, 1.0)


def _by_curves(curves: Tensor, position: Tensor) -> Tensor:
    scaled = position * (len(curves) - 1)
    index = scaled.to(torch.int64).clamp_max_(len(curves) - 2)
    part = scaled - index
    planes = [
        curve[below].lerp(curve[below + 1], share)
        for curve, below, share in zip(curves.unbind(1), index, part, strict=True)
    ]
    return torch.stack(planes)


def trilinear(colors: Tensor, position: Tensor) -> Tensor:
    """Returns colors between the eight corners around each position; see `Interpolate`."""
    grid = position.permute(1, 2, 0).mul(2.0).sub_(1.0)[None, None]
    volume = colors.permute(3, 0, 1, 2)[None]
    read = functional.grid_sample(volume, grid, mode="bilinear", padding_mode="border", align_corners=True)
    return read[0, :, 0]


def tetrahedral(colors: Tensor, position: Tensor) -> Tensor:
    """Returns colors between the corners of the tetrahedron around each position; see `Interpolate`.

    From black's corner of a cell a path leads to white's, along the channel with the largest fraction first,
    so that grays stay between grays.
    """
    side = len(colors)
    scaled = position.flatten(1) * (side - 1)
    cell = scaled.to(torch.int64).clamp_max_(side - 2)
    part, order = (scaled - cell).sort(0, descending=True)
    steps = torch.empty_like(cell)
    for channel, stride in enumerate((1, side, side * side)):
        steps.masked_fill_(order == channel, stride)
    table = colors.reshape(-1, 3)
    corner = cell[0] + cell[1] * side + cell[2] * (side * side)
    result = table[corner] * (1.0 - part[0]).unsqueeze(1)
    for number in range(3):
        corner = corner + steps[number]
        weight = part[number] - part[number + 1] if number < 2 else part[number]
        result.addcmul_(table[corner], weight.unsqueeze(1))
    return result.T.reshape(position.shape)
