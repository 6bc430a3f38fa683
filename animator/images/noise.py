"""Noise added before the diffusion, which turns it into detail.

It is drawn from the caller's CPU generator and then moved, so every device gets the same noise. An image is
blended toward the noise, and so toward mid-gray, as Deforum does.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import torch
from torch import Tensor

from animator.errors import UserError
from animator.images.side_stream import to_device

_MAX_CELLS = 8192
_BAND_ROWS = 64
"""Rows of pixels that are interpolated at once on the CPU."""
_MOST_KEPT = 1 << 19
"""Weights of one kind, of an octave, that are kept for the next frame; 2 MB."""


@dataclass(frozen=True)
class Perlin:
    """Settings of Perlin noise.

    Cells below 1 count as 1. More than 8192 cells along an axis, in the finest octave, raise UserError.

    Attributes:
        cells_y: Cells of the coarsest octave along the height (Deforum's `perlin_w`: it is so there too).
        cells_x: Cells of the coarsest octave along the width (Deforum's `perlin_h`).
        octaves: Number of octaves; 0 gives plain white noise at half strength.
        persistence: Amplitude of each octave relative to the one before.
    """

    cells_y: int = 8
    cells_x: int = 8
    octaves: int = 4
    persistence: float = 0.5

    def __post_init__(self) -> None:
        finest = max(self.cells_y, self.cells_x, 1) << max(self.octaves - 1, 0)
        if finest > _MAX_CELLS:
            raise UserError(
                f"perlin noise: octave {self.octaves} has {finest} cells along an axis, expected at most "
                f"{_MAX_CELLS}; use fewer octaves or cells"
            )


def uniform_noise(
    image: Tensor, amount: float, generator: torch.Generator, mask: Tensor | None = None
) -> Tensor:
    """Returns the image (3, H, W), [0, 1], blended with white noise of equal strength everywhere.

    Args:
        image: (3, H, W), any size.
        amount: Weight of the noise, 0 to 1; 0 returns the image itself.
        generator: On the CPU.
        mask: (H, W), [0, 1], scales the amount; None is 1 everywhere.
    """
    if amount == 0.0:
        return image
    height, width = image.shape[-2:]
    noise = to_device(white(height, width, generator), image.device)
    return _blend(image, noise.mul_(0.5), amount, mask)


def perlin_noise(
    image: Tensor, amount: float, perlin: Perlin, generator: torch.Generator, mask: Tensor | None = None
) -> Tensor:
    """Returns the image (3, H, W), [0, 1], blended with white noise whose strength is Perlin noise.

    Args:
        image: (3, H, W), any size.
        amount: Weight of the noise, 0 to 1; 0 returns the image itself.
        perlin: Cells, octaves, persistence.
        generator: On the CPU.
        mask: (H, W), [0, 1], scales the amount; None is 1 everywhere.
    """
    if amount == 0.0:
        return image
    height, width = image.shape[-2:]
    noise = to_device(white(height, width, generator), image.device)
    noise *= perlin_field(perlin, height, width, generator, image.device).add_(1.0).mul_(0.25)
    return _blend(image, noise, amount, mask)


def _blend(image: Tensor, noise: Tensor, amount: float, mask: Tensor | None) -> Tensor:
    """Returns the image (3, H, W), [0, 1], blended with noise (3, H, W), B, G, R: p + amount * (noise - p).

    The noise is overwritten. It is read as an image: -0.5 and less is black, 0 is mid-gray.
    """
    target = noise.add_(0.5).clamp_(0.0, 1.0)
    result = torch.empty_like(image)
    weight = amount if mask is None else mask * amount
    for plane, wanted, out in zip(image, target.unbind(0)[::-1], result, strict=True):
        torch.lerp(plane, wanted, weight, out=out)
    return result.clamp_(0.0, 1.0)


def white(height: int, width: int, generator: torch.Generator) -> Tensor:
    """Returns white Gaussian noise (3, H, W) on the CPU, drawn in the order B, G, R as in Deforum."""
    return torch.randn((3, height, width), generator=generator)


def perlin_field(
    perlin: Perlin, height: int, width: int, generator: torch.Generator, device: torch.device
) -> Tensor:
    """Returns Perlin noise (H, W) of any size on the device: zero mean, about [-1, 1], octaves summed.

    An octave is bilinear in the corners' gradients. First they are interpolated along each row of corners.
    Then all octaves are interpolated down, and summed, by one product of matrices for each band of pixels and
    the rows of corners around it.

    Source:
        Perlin, "Improving Noise" (2002): fade 6t^5 - 15t^4 + 10t^3; gradients at angle 2 pi u; scale sqrt(2).
    """
    field = torch.zeros((height, width), device=device)
    rows, columns = (
        tuple(max(cells, 1) << octave for octave in range(perlin.octaves))
        for cells in (perlin.cells_y, perlin.cells_x)
    )
    lines = []
    for octave, shape in enumerate(zip(rows, columns, strict=True)):
        angles = torch.rand([cells + 1 for cells in shape], generator=generator).mul_(2 * pi)
        scale = sqrt(2) * perlin.persistence**octave
        lines.append(_interpolate_across(to_device(angles, device), scale, width))
    if lines:
        band_rows = _BAND_ROWS if device.type == "cpu" else height
        weights_down = _weights_down(height, rows, band_rows, device)
        for band, (weights, around) in zip(field.split(band_rows), weights_down, strict=True):
            near = [line[part].flatten(0, 1) for line, part in zip(lines, around, strict=True)]
            torch.mm(weights, torch.cat(near), out=band)
    return field


def _interpolate_across(angles: Tensor, scale: float, width: int) -> Tensor:
    """Returns the gradients' share down and across (rows, 2, width), interpolated along each row of corners.

    Args:
        angles: Of the corners' gradients (rows, columns), in radians.
        scale: Amplitude of the octave.
        width: In pixels.
    """
    cells = angles.shape[1] - 1
    weights = _kept_corner_weights if cells * width <= _MOST_KEPT else _corner_weights
    near, lean = weights(width, cells, angles.device)
    return torch.stack((angles.cos().mul_(scale) @ near, angles.sin().mul_(scale) @ lean), 1)


@lru_cache(maxsize=4)
def _weights_down(
    height: int, octaves: tuple[int, ...], band_rows: int, device: torch.device
) -> tuple[tuple[Tensor, tuple[slice, ...]], ...]:
    """Returns, of each band, the weights (h, 2 n) of the n rows of corners around it, and which those are.

    Args:
        height: In pixels.
        octaves: The rows of cells of each octave.
        band_rows: Height of a band in pixels.
        device: Of the weights.
    """
    cpu = torch.device("cpu")
    weights = [torch.stack(_corner_weights(height, cells, cpu)[::-1], 1) for cells in octaves]
    above = [_place(height, cells, cpu)[0].tolist() for cells in octaves]
    result = []
    for first in range(0, height, band_rows):
        last = min(first + band_rows, height) - 1
        around = tuple(slice(rows[first], rows[last] + 2) for rows in above)
        parts = [
            of[part, :, first : last + 1].flatten(0, 1) for of, part in zip(weights, around, strict=True)
        ]
        result.append((to_device(torch.cat(parts).T.contiguous(), device), around))
    return tuple(result)


def _corner_weights(size: int, cells: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns each cell corner's faded weight for each pixel (cells + 1, size), and weight times distance."""
    cell, part = _place(size, cells, device)
    fade = part**3 * (part * (part * 6 - 15) + 10)
    near, lean = torch.zeros((2, cells + 1, size), device=device)
    corners = torch.stack((cell, cell + 1))
    near.scatter_(0, corners, torch.stack((1 - fade, fade)))
    lean.scatter_(0, corners, torch.stack(((1 - fade) * part, fade * (part - 1))))
    return near, lean


_kept_corner_weights = lru_cache(maxsize=16)(_corner_weights)


def _place(size: int, cells: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns the cell (size,), int64, that each pixel is in, and how far it is into it, [0, 1]."""
    position = torch.arange(size, device=device, dtype=torch.float32) * (cells / size)
    cell = position.floor().clamp_max_(cells - 1)
    return cell.to(torch.int64), position - cell
