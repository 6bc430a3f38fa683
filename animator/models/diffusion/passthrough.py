"""`PassthroughDiffuser`: returns every image unchanged, so that previews show only the motion."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.models.diffusion.request import GenerationRequest


@dataclass(frozen=True)
class PassthroughDiffuser:
    """Returns the request's image, or a test card if there is none."""

    device: torch.device | str = "cpu"

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the request's image (3, H, W), or the test card."""
        if request.image is not None:
            return request.image
        return test_card(*request.size).to(self.device)


def test_card(width: int, height: int) -> Tensor:
    """Returns a test card (3, H, W) that makes motion visible: a grid over color ramps, with a cross."""
    x = torch.linspace(0.0, 1.0, width).expand(height, width)
    y = torch.linspace(0.0, 1.0, height).unsqueeze(1).expand(height, width)
    card = torch.stack((0.25 + 0.5 * x, 0.25 + 0.5 * y, 0.75 - 0.5 * x))
    cell = max(8, min(width, height) // 8)
    columns, rows = torch.arange(width), torch.arange(height)
    lines = ((columns % cell) < 2) | ((rows % cell) < 2).unsqueeze(1)
    middle = ((columns - width // 2).abs() < 3) | ((rows - height // 2).abs() < 3).unsqueeze(1)
    return torch.where(middle, 1.0, torch.where(lines, 0.05, card))
