"""`FakeDiffuser`: a diffuser in closed form, without weights, for tests and dry runs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.side_stream import to_device
from animator.models.diffusion.request import GenerationRequest
from schedules.seeds import derive


@dataclass(frozen=True)
class FakeDiffuser:
    """Generates smooth color patches from prompt and seed, and blends them over the image by strength.

    Attributes:
        device: Device of the generated images.
    """

    device: torch.device | str = "cpu"

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the blend of the request's image and the patches (3, H, W)."""
        width, height = request.size
        seed = derive(request.seed, 0, f"fake {request.prompt.positive}")
        generator = torch.Generator().manual_seed(seed)
        coarse = to_device(torch.rand((1, 3, 5, 5), generator=generator), self.device)
        patches = torch.nn.functional.interpolate(
            coarse, (height, width), mode="bicubic", align_corners=False
        )
        target = patches[0].clamp(0.0, 1.0)
        if request.image is None:
            return target
        generated = target.lerp(request.image, request.strength)
        if request.revealed is not None:
            revealed = target.lerp(request.image, request.revealed_strength)
            generated = generated.lerp(revealed, request.revealed)
        return generated if request.mask is None else request.image.lerp(generated, request.mask)
