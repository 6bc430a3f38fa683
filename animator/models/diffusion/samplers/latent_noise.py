"""The noise of a drawing: from seed and subseed; drawn on the CPU, so that it is the same on every device."""

from dataclasses import dataclass

import torch
from torch import Tensor

PARALLEL = 0.9995  # above this cosine the arc is so short that the straight line serves


@dataclass(frozen=True, eq=False)
class LatentNoise:
    """A stream of normal latents that begins with a seed's own.

    Attributes:
        shape: Shape of a latent (1, C, h, w).
        device: Where the latents go.
        generator: On the CPU.
    """

    shape: tuple[int, ...]
    device: torch.device
    generator: torch.Generator

    @classmethod
    def of(cls, seed: int, shape: tuple[int, ...], device: torch.device) -> "LatentNoise":
        """The stream of a seed; seeds are taken modulo 2**63."""
        return cls(shape, device, torch.Generator("cpu").manual_seed(seed % 2**63))

    def draw(self) -> Tensor:
        """The next latent (1, C, h, w)."""
        return torch.randn(self.shape, generator=self.generator).to(self.device, non_blocking=True)

    def first(self, subseed: int, strength: float) -> Tensor:
        """The next latent, turned toward the first one of another seed.

        Args:
            subseed: The other seed.
            strength: 0 is this stream's own latent, 1 the other's.
        """
        own = self.draw()
        if strength <= 0:
            return own
        return arc(strength, own, LatentNoise.of(subseed, self.shape, self.device).draw())


def arc(share: float, start: Tensor, stop: Tensor) -> Tensor:
    """The point between two latents (1, C, h, w) along the arc between their columns.

    A straight mean of two noises has too small a variance. Angles are taken along the height, as A1111's are,
    so that its subseeds give its variations.
    """
    axis = 2
    cosine = (start / start.norm(dim=axis, keepdim=True) * stop / stop.norm(dim=axis, keepdim=True)).sum(
        axis, keepdim=True
    )
    cosine = cosine.clamp(-1.0, 1.0)
    angle = torch.acos(cosine)
    sine = torch.sin(angle)
    bent = (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * stop) / sine
    return torch.where(cosine.abs() > PARALLEL, start.lerp(stop, share), bent)
