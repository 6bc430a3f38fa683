"""`Grain`: a step that adds the grain of film."""

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Annotated, ClassVar

from animator.settings.fields import RangedSchedule
from animator.settings.step import Place
from schedules.seeds import derive

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Grain:
    """Adds film grain, new for every frame: strongest in the middle tones, none in black and white."""

    place: ClassVar[Place] = "output"

    amount: Annotated[float, RangedSchedule(0.0, 1.0)] = 0.03
    """Strength (standard deviation) in the middle tones, from black 0 to white 1; 0 leaves the image as it
    is."""
    size: Annotated[float, RangedSchedule(1.0, 32.0)] = 1.5
    """Size of a grain in pixels of the film."""
    color: Annotated[float, RangedSchedule(0.0, 1.0)] = 0
    """Share of color in the grain; 0 is gray."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) with grain."""
        import torch  # here, so that checking a preset loads no torch

        from animator.images.colorspace import luma

        if self.amount == 0.0:
            return image
        tone = luma(image).clamp_(0.0, 1.0)
        strength = (tone * (1.0 - tone)).sqrt_().mul_(2.0 * self.amount)
        return torch.addcmul(image, self._grain(image, plan), strength).clamp_(0.0, 1.0)

    def _grain(self, image: "Tensor", plan: "Plan") -> "Tensor":
        """Returns grain (1 or 3, H, W) of standard deviation 1, from the CPU's generator on every device."""
        import torch

        from animator.images.side_stream import to_device

        generator = torch.Generator().manual_seed(derive(plan.seed, plan.frame, "grain"))
        shape = image.shape[1:]
        grain = torch.randn((1, *shape), generator=generator)
        if self.color > 0.0:
            colored = torch.randn((3, *shape), generator=generator)
            share = self.color
            grain = (grain * (1.0 - share) + colored * share) / (share**2 + (1.0 - share) ** 2) ** 0.5
        return self._coarser(to_device(grain, image.device))

    def _coarser(self, grain: "Tensor") -> "Tensor":
        """Returns grain of the size, still of standard deviation 1."""
        from animator.images.sharpen import blur, gaussian_weights

        sigma = (self.size - 1.0) / 2.0
        if sigma == 0.0:
            return grain
        kernel = 2 * ceil(3.0 * sigma) + 1
        return blur(grain, kernel, sigma) / sum(weight**2 for weight in gaussian_weights(kernel, sigma))
