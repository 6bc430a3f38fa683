"""`DepthModel`, the protocol of depth networks, and `FakeDepth`, its smallest implementation."""

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class VideoDepthModel(DepthModel, Protocol):
    """Estimates the depth of a film's images, each seen with those before it.

    It remembers nothing: all that it knows of the film is in the past that it is given, which is small, and
    saved with the state of the film.
    """

    def estimate_after(self, past: Tensor | None, image: Tensor) -> Tensor:
        """Returns inverse depth (H, W) float32, larger = nearer, on the image's device.

        Args:
            past: What `past_with` returned for the image before; None at the start of a film.
            image: (3, H, W), RGB in [0, 1]. It may be the last one of the past.
        """
        ...

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor:
        """Returns the past (n, 3, h, w), uint8, of the image that follows this one in a film."""
        ...


class FakeDepth:
    """Depth in closed form, for tests: lower rows and brighter pixels are nearer."""

    def estimate(self, image: Tensor) -> Tensor:
        """Returns 4 + 10 * row / (H - 1) + 12.75 * brightness, (H, W) float32."""
        _, height, width = image.shape
        rows = torch.linspace(0, 1, height, device=image.device, dtype=torch.float32)
        return 4 + 10 * rows[:, None].expand(height, width) + 12.75 * image.float().mean(0)
