"""`FakeFlow`: a flow model with constant flow, for tests."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FakeFlow:
    """Returns the same flow for every pixel and every pair of images.

    Attributes:
        shift: Flow to the right and down, in pixels.
    """

    shift: tuple[float, float] = (0.0, 0.0)

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W)."""
        shift = torch.tensor(self.shift, device=first.device, dtype=torch.float32)
        return shift[:, None, None].expand(2, *first.shape[-2:]).contiguous()
