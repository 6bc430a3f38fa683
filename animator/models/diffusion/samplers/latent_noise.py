"""`LatentNoise`: noise from seed and subseed, drawn on the CPU so that every device gets the same."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.side_stream import to_device

PARALLEL = 0.9995  # above this cosine slerp and lerp agree, and slerp divides by almost 0


@dataclass(frozen=True, eq=False)
class LatentNoise:
    """A stream of normally distributed latents from a seed.

    Attributes:
        shape: Shape of a latent (1, C, h, w).
        device: Device of the latents.
        generator: Random generator on the CPU.
    """

    shape: tuple[int, ...]
    device: torch.device
    generator: torch.Generator

    @classmethod
    def of(cls, seed: int, shape: tuple[int, ...], device: torch.device) -> "LatentNoise":
        """Returns the stream of a seed; seeds are taken modulo 2**63."""
        return cls(shape, device, torch.Generator("cpu").manual_seed(seed % 2**63))

    def draw(self) -> Tensor:
        """Returns the next latent (1, C, h, w)."""
        return to_device(torch.randn(self.shape, generator=self.generator), self.device)

    def first(self, subseed: int, strength: float) -> Tensor:
        """Returns the next latent, interpolated toward the first latent of another seed.

        Args:
            subseed: The other seed.
            strength: 0 returns this stream's own latent, 1 the other seed's.
        """
        own = self.draw()
        if strength <= 0:
            return own
        return slerp(strength, own, LatentNoise.of(subseed, self.shape, self.device).draw())

    def first_around(self, middle: Tensor) -> Tensor:
        """Returns the next latent with another one placed in its middle, cropped to it.

        Args:
            middle: Latent (1, C, h', w') of any size.

        Source:
            A1111's seed resize, which rounds odd differences of the sizes down.
        """
        around = self.draw()
        rows, own_rows = _overlap(around.shape[2], middle.shape[2])
        columns, own_columns = _overlap(around.shape[3], middle.shape[3])
        around[..., rows, columns] = middle[..., own_rows, own_columns]
        return around


def _overlap(side: int, other: int) -> tuple[slice, slice]:
    """Returns the part of a side that another one in its middle covers, and the part of the other one."""
    shift = (side - other) // 2
    if shift >= 0:
        return slice(shift, shift + other), slice(0, other)
    return slice(0, other + 2 * shift), slice(-shift, other + shift)


def slerp(weight: float, start: Tensor, end: Tensor) -> Tensor:
    """Returns the spherical interpolation between two latents (1, C, h, w), column by column.

    A linear mean of two noises has too small a variance. Angles are measured along the height, as in A1111,
    so that subseeds give the same variations.

    Args:
        weight: 0 returns `start`, 1 returns `end`.
        start: Noise (1, C, h, w).
        end: Noise of the same shape.
    """
    axis = 2
    cosine = (start / start.norm(dim=axis, keepdim=True) * end / end.norm(dim=axis, keepdim=True)).sum(
        axis, keepdim=True
    )
    cosine = cosine.clamp(-1.0, 1.0)
    angle = torch.acos(cosine)
    sine = torch.sin(angle)
    curved = (torch.sin((1 - weight) * angle) * start + torch.sin(weight * angle) * end) / sine
    return torch.where(cosine.abs() > PARALLEL, start.lerp(end, weight), curved)
