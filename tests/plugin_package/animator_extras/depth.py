"""Two depth networks: one described by a `DepthModelSpec`, one opened by a function of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def _build() -> nn.Module:
    from .network import Brightness

    return Brightness()


TINY = DepthModelSpec(
    "tiny",
    ("tiny_depth.safetensors",),
    "https://example.org/tiny_depth.safetensors",
    Preparation(Sizing(32, 32, 8, "exact"), Normalize((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), "bilinear"),
    "inverse",
    ("head.weight", (1, 3, 1, 1)),
    _build,
    lambda key: None if key.startswith("optimizer.") else key,
)


@dataclass(frozen=True)
class _Slope:
    device: torch.device

    def estimate(self, image: Tensor) -> Tensor:
        """Nearness (H, W): the lower, the nearer."""
        import torch

        _, height, width = image.shape
        return torch.linspace(0, 1, height, device=self.device)[:, None].expand(height, width)


def slope(device: torch.device, dtype: torch.dtype) -> _Slope:
    """A `DepthModel` that needs no weights."""
    return _Slope(device)
