"""`DepthModel`, the protocol of depth networks, and `FakeDepth`, its smallest implementation."""

from typing import Protocol

import torch
from torch import Tensor


class DepthModel(Protocol):
    """Estimates the depth of an image.

    Example:
        A depth model of a flat scene, for `build_pipeline`::

            class Flat:
                def estimate(self, image: Tensor) -> Tensor:
                    return torch.ones(image.shape[-2:], device=image.device)
    """

    def estimate(self, image: Tensor) -> Tensor:
        """Returns inverse depth (H, W) float32, larger = nearer, on the image's device.

        Its scale and shift differ between networks, and for relative ones between images.

        Args:
            image: (3, H, W), RGB in [0, 1].
        """
        ...


class FakeDepth:
    """Depth in closed form, for tests: lower rows and brighter pixels are nearer."""

    def estimate(self, image: Tensor) -> Tensor:
        """Returns 4 + 10 * row / (H - 1) + 12.75 * brightness, (H, W) float32."""
        _, height, width = image.shape
        rows = torch.linspace(0, 1, height, device=image.device, dtype=torch.float32)
        return 4 + 10 * rows[:, None].expand(height, width) + 12.75 * image.float().mean(0)
