"""Noise added before the diffusion, which turns it into detail.

It is drawn from the caller's CPU generator and then moved, so every device gets the same noise. An image is
blended toward the noise, and so toward mid-gray, as Deforum does.
"""

from dataclasses import dataclass
from math import pi, sqrt

import torch
from torch import Tensor

from animator.errors import UserError
from animator.images.side_stream import to_device

_MAX_CELLS = 8192


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
    return blend(image, to_device(white(height, width, generator), image.device), amount, mask)


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
    noise *= perlin_field(perlin, height, width, generator, image.device).add_(1.0).mul_(0.5)
    return blend(image, noise, amount, mask)


def blend(image: Tensor, noise: Tensor, amount: float, mask: Tensor | None = None) -> Tensor:
    """Returns the image (3, H, W), [0, 1], blended with noise of `white` (3, H, W): p + amount * (noise - p).

    The noise is clamped to [-1, 1] in place and read as an image: -1 is black, 0 is mid-gray.
    """
    target = noise.clamp_(-1.0, 1.0).add_(1.0).mul_(0.5)
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

    An octave is bilinear in the corners' gradients, so it is computed by two products of thin matrices
    instead of gathers. Where cells are a whole number of pixels wide, the second one takes only the two
    corners at each cell's sides.

    Source:
        Perlin, "Improving Noise" (2002): fade 6t^5 - 15t^4 + 10t^3; gradients at angle 2 pi u; scale sqrt(2).
    """
    field = torch.zeros((height, width), device=device)
    for octave in range(perlin.octaves):
        rows, columns = (max(cells, 1) << octave for cells in (perlin.cells_y, perlin.cells_x))
        angles = torch.rand((rows + 1, columns + 1), generator=generator).mul_(2 * pi)
        angles = to_device(angles, device)
        near_y, lean_y = _corner_weights(height, rows, device)
        near_x, lean_x = _corner_weights(width, columns, device)
        down, across = lean_y @ angles.cos(), near_y @ angles.sin()
        scale = sqrt(2) * perlin.persistence**octave
        if width % columns:
            left, right = torch.cat((down, across), 1), torch.cat((near_x, lean_x), 1)
            field.addmm_(left, right.T, alpha=scale)
            continue
        left = torch.stack((down[:, :-1], down[:, 1:], across[:, :-1], across[:, 1:]), -1)
        cell = width // columns
        right = torch.cat((near_x[:cell, :2], lean_x[:cell, :2]), 1)
        field.view(height * columns, cell).addmm_(left.view(-1, 4), right.T, alpha=scale)
    return field


def _corner_weights(size: int, cells: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns each pixel's faded weight of each cell corner (size, cells + 1), and weight times distance."""
    position = torch.arange(size, device=device, dtype=torch.float32) * (cells / size)
    cell = position.floor().clamp_max_(cells - 1)
    part = (position - cell).unsqueeze(1)
    fade = part**3 * (part * (part * 6 - 15) + 10)
    index = cell.to(torch.int64).unsqueeze(1)
    near = torch.zeros((size, cells + 1), device=device)
    near.scatter_(1, index, 1 - fade).scatter_(1, index + 1, fade)
    lean = torch.zeros_like(near)
    lean.scatter_(1, index, (1 - fade) * part).scatter_(1, index + 1, fade * (part - 1))
    return near, lean
