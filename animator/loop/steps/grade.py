"""`Grade` and `LiftGammaGain`: steps that grade the colors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from animator.settings.fields import RangedSchedule
from animator.settings.step import Place

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Grade:
    """Grades the image: exposure and white balance of its light, then contrast, then saturation."""

    place: ClassVar[Place] = "output"

    exposure: Annotated[float, RangedSchedule(-10.0, 10.0)] = 0
    """Stops: 1 doubles the light, -1 halves it."""
    temperature: Annotated[float, RangedSchedule(-90.0, 90.0)] = 0
    """Mireds by which white is warmer, or below 0 cooler, than 6504 kelvin; 90 is 4100 kelvin."""
    tint: Annotated[float, RangedSchedule(-50.0, 50.0)] = 0
    """Thousandths of Duv by which white is moved to magenta, or below 0 to green."""
    contrast: Annotated[float, RangedSchedule(0.0, 10.0)] = 1
    """Factor on the distance of each value to the pivot; 1 leaves it."""
    pivot: Annotated[float, RangedSchedule(0.0, 1.0)] = 0.5
    """The value that contrast leaves as it is, from black 0 to white 1."""
    saturation: Annotated[float, RangedSchedule(0.0, 10.0)] = 1
    """Factor on the distance of each color to its gray; 0 makes the image gray, 1 leaves it."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the graded image (3, H, W)."""
        from animator.images.colorspace import luma, mix_light  # here: checking a preset loads no torch
        from animator.images.white_balance import white_balance

        if self.exposure or self.temperature or self.tint:
            light = 2.0**self.exposure
            rows = white_balance(self.temperature, self.tint)
            image = mix_light(image, tuple((light * r, light * g, light * b) for r, g, b in rows))
        if self.contrast != 1.0:
            image = (image - self.pivot).mul_(self.contrast).add_(self.pivot).clamp_(0.0, 1.0)
        if self.saturation != 1.0:
            gray = luma(image)
            image = (image - gray).mul_(self.saturation).add_(gray).clamp_(0.0, 1.0)
        return image


@dataclass(frozen=True)
class LiftGammaGain:
    """Grades shadows, middle tones and highlights, of all channels or of one."""

    place: ClassVar[Place] = "output"

    channel: Literal["all", "red", "green", "blue"] = "all"
    """The channel that is graded; a step for each grades them apart."""
    lift: Annotated[float, RangedSchedule(-1.0, 1.0)] = 0
    """The value that black gets; white stays."""
    gamma: Annotated[float, RangedSchedule(0.1, 10.0)] = 1
    """Brightens the middle tones, or below 1 darkens them; black and white stay."""
    gain: Annotated[float, RangedSchedule(0.0, 10.0)] = 1
    """Factor on white; black stays."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the graded image (3, H, W)."""
        if (self.lift, self.gamma, self.gain) == (0.0, 1.0, 1.0):
            return image
        if self.channel == "all":
            return self._graded(image)
        index = ("red", "green", "blue").index(self.channel)
        result = image.clone()
        result[index] = self._graded(image[index])
        return result

    def _graded(self, values: "Tensor") -> "Tensor":
        graded = (values * (self.gain - self.lift)).add_(self.lift).clamp_(0.0, 1.0)
        return graded if self.gamma == 1.0 else graded.pow_(1.0 / self.gamma)
