"""A flow estimator in closed form, for tests."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FakeFlow:
    """Sees the same motion everywhere, whatever it is shown.

    Attributes:
        shift: Pixels to the right and down.
    """

    shift: tuple[float, float] = (0.0, 0.0)

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W)."""
        shift = torch.tensor(self.shift, device=first.device, dtype=torch.float32)
        return shift[:, None, None].expand(2, *first.shape[-2:]).contiguous()
