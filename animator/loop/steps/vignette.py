"""`Vignette`: a step that darkens the corners."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from animator.settings.fields import RangedSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan

Share = Annotated[float, RangedSchedule(0.0, 1.0)]


@dataclass(frozen=True)
class Vignette:
    """Darkens the image toward its corners."""

    amount: Share = 0.3
    """Share of its light that a corner loses; 1 makes it black."""
    start: Share = 0.3
    """Start of the darkening, as a share of the way from the center to a corner."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the darkened image (3, H, W)."""
        import torch  # here, so that checking a preset loads no torch

        height, width = image.shape[1:]
        y = torch.linspace(-1.0, 1.0, height, device=image.device)[:, None]
        x = torch.linspace(-1.0, 1.0, width, device=image.device)[None, :]
        radius = torch.hypot(x, y) / 2**0.5
        distance = ((radius - self.start) / max(1.0 - self.start, 1e-6)).clamp(0.0, 1.0)
        return image * (1.0 - self.amount * distance**2)
