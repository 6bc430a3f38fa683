"""`LatentStart`: a generation that starts from a latent, of any size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor
from torch.nn import functional

LatentResize = Literal[
    "bilinear", "bilinear antialiased", "bicubic", "bicubic antialiased", "nearest", "nearest-exact"
]
_MODES: Mapping[LatentResize, Mapping[str, Any]] = {
    "bilinear": {"mode": "bilinear"},
    "bilinear antialiased": {"mode": "bilinear", "antialias": True},
    "bicubic": {"mode": "bicubic"},
    "bicubic antialiased": {"mode": "bicubic", "antialias": True},
    "nearest": {"mode": "nearest"},
    "nearest-exact": {"mode": "nearest-exact"},
}


@dataclass(frozen=True, eq=False)
class LatentStart:
    """A latent to start from, in place of an init image.

    Attributes:
        latent: (1, C, h, w), as `LatentDiffuser.encode` and `generate_latent` return it.
        resize: How it is resized to the request's size; as A1111's latent upscalers of these names.
    """

    latent: Tensor
    resize: LatentResize = "bilinear"

    def resized(self, shape: tuple[int, ...]) -> Tensor:
        """Returns the latent in a shape (1, C, h, w)."""
        return resize_latent(self.latent, (shape[2], shape[3]), self.resize)


def resize_latent(latent: Tensor, size: tuple[int, int], resize: LatentResize) -> Tensor:
    """Returns a latent (1, C, h, w) resized to a height and width; of that size already, the same one."""
    if latent.shape[-2:] == size:
        return latent
    return functional.interpolate(latent, size, **_MODES[resize])
