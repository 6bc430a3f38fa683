"""Guided images: key images that the film passes through."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from animator.settings.effect import Condition, Switch
from animator.settings.fields import Images, NotNegative, Real, Unit
from animator.settings.group import StrictBool
from animator.settings.keyed_images import KeyedImages
from animator.settings.needs import ByRule, InMode, Is
from animator.settings.scheduled import Scheduled


@dataclass(frozen=True, kw_only=True)
class GuideImage:
    """The guide image of a frame, derived from the schedules of `guided`.

    Attributes:
        image: Its path; empty without one.
        share: Its weight in the image that is diffused.
        color_share: Its weight in the colors that the generated image is matched to.
    """

    image: str = ""
    share: float = 0.0
    color_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class GuidedPlan(GuideImage):
    """The values of `Guided` at one frame."""

    image_strength_schedule: Annotated[Unit, ByRule("guides_set_strength")] = 0.75
    """Amount of the image that a frame keeps; replaces `diffusion.strength`."""
    blend_factor_max: Real = 0.35
    """Center of the guide image's weight in the frame's input image."""
    blend_factor_slope: Real = 0.25
    """Swing of that weight: below the center where a guide image starts, then above it."""
    tweening_frames_schedule: NotNegative = 20
    """Number of frames after each key over which the weight swings; after that it is 0.07."""
    color_correction_factor: Unit = 0.075
    """Weight of the guide image in the colors that the frame's input image is matched to."""


class Guided(Scheduled[GuidedPlan]):
    """Guided images, Deforum's looper; see docs/guided.md."""

    effective_when: ClassVar[Condition] = InMode("source", ("last",)) & Is("use_looper", (True,))

    use_looper: Annotated[StrictBool, Switch(InMode("source", ("last",)))] = False
    """Guide the film through the images of `init_images`. 2D and 3D only."""
    init_images: Images = KeyedImages.parse({})
    """Paths of images by frame, such as `{0: a.png, max_f/2: b.png}`. Each guides from its frame on."""

    @model_validator(mode="after")
    def _has_images(self) -> "Guided":
        if self.use_looper and not self.init_images.keys:
            raise PydanticCustomError(
                "missing_input", "init_images is empty; use_looper needs images by frame"
            )
        return self
