"""The seam between films and depth networks, and the smallest thing that fills it."""

from typing import Protocol

import torch
from torch import Tensor


class DepthModel(Protocol):
    """Anything that tells how near each place of an image is."""

    def estimate(self, image: Tensor) -> Tensor:
        """Nearness (H, W) float32, larger = nearer, of an image (3, H, W) RGB in [0, 1], on its device.

        The scale differs from network to network (and, for relative ones, from image to image): only
        the order and, up to scale and shift, the proportions of inverse depth mean something.
        """
        ...


class FakeDepth:
    """A stand-in without a network: the ground rises towards the viewer, and bright things stand nearer."""

    def estimate(self, image: Tensor) -> Tensor:
        """4 + 10 * row / (H - 1) + 12.75 * brightness, (H, W) float32."""
        _, height, width = image.shape
        rows = torch.linspace(0, 1, height, device=image.device, dtype=torch.float32)
        return 4 + 10 * rows[:, None].expand(height, width) + 12.75 * image.float().mean(0)
