"""A diffuser that paints one shade: `model: plain:0.3`."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest


@dataclass(frozen=True)
class Plain:
    """Blends the image with a shade, by the request's strength.

    Attributes:
        shade: Of gray, in [0, 1].
        device: Where it computes.
    """

    shade: float
    device: torch.device

    def generate(self, request: GenerationRequest) -> Tensor:
        """The image (3, H, W)."""
        width, height = request.size
        target = torch.full((3, height, width), self.shade, device=self.device)
        return target if request.image is None else target.lerp(request.image, request.strength)


def open_plain(model: str, device: torch.device, options: LoadOptions) -> Plain:
    """The diffuser of a shade; half gray where none is given."""
    return Plain(float(model or 0.5), device)
