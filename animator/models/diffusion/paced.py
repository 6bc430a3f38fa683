"""`PacedDiffuser`: a stand-in for a model, which takes the time that it is told and leaves the CPU alone."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.models.device import wait_for
from animator.models.diffusion.request import GenerationRequest

_IMAGES = 4
_GRAIN = 0.06
"""Standard deviation of the noise; with it a PNG is as large as that of an image of Stable Diffusion."""


@dataclass(frozen=True, eq=False)
class PacedDiffuser:
    """Returns images that are ready, after the time that a model would have taken for them.

    Attributes:
        images: Some images (n, 3, H, W), which take turns: a film of a single one would be encoded too fast.
        seconds: Time of each generation.
    """

    images: Tensor
    seconds: float

    @classmethod
    def of_size(cls, size: tuple[int, int], seconds: float, device: torch.device | str) -> "PacedDiffuser":
        """Returns a diffuser of soft color patches with grain.

        Args:
            size: Width and height in pixels.
            seconds: Time of each generation.
            device: Device of the images.
        """
        width, height = size
        generator = torch.Generator().manual_seed(0)
        coarse = torch.rand((1, 3, 5, 5), generator=generator)
        patches = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=False)
        grain = torch.randn((_IMAGES, 3, height, width), generator=generator)
        return cls((patches + _GRAIN * grain).clamp(0.0, 1.0).to(device), seconds)

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns one of the images (3, H, W), once the request's own is ready and the time is over."""
        wait_for(self.images.device)
        time.sleep(self.seconds)
        return self.images[request.frame % len(self.images)]
