"""Hybrid video: a clip mixed into the film, or moving it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.effect import Condition, Fact, Switch
from animator.settings.fields import NotNegative, RangedSchedule, Real, Unit
from animator.settings.group import StrictBool
from animator.settings.needs import InMode, Is, IsOn
from animator.settings.scheduled import Scheduled

if TYPE_CHECKING:
    from animator.settings.animation import Animation

_HAS_MODE = InMode("source", ("last",))
_COMPOSITE = IsOn("hybrid.composite")
_MASKED = _COMPOSITE & IsOn("hybrid.comp_mask_type")
_FLOW = Is("hybrid.motion", ("Optical Flow",))
Percent = Annotated[float, RangedSchedule(0.0, 100.0)]


def _acts(film: "Animation") -> bool:
    return film.hybrid.acts


@dataclass(frozen=True, kw_only=True)
class HybridPlan:
    """The values of `Hybrid` at one frame."""

    comp_alpha: Annotated[Unit, _COMPOSITE] = 0.5
    """Weight of the clip's image; 0 is none."""
    comp_mask_contrast: Annotated[NotNegative, _MASKED] = 1
    """Contrast of the mask about its mean."""
    comp_mask_auto_contrast_cutoff_low: Annotated[
        Percent, _MASKED & Is("hybrid.comp_mask_auto_contrast", (True,))
    ] = 0
    """Percentage of the mask's darkest pixels that become 0."""
    comp_mask_auto_contrast_cutoff_high: Annotated[
        Percent, _MASKED & Is("hybrid.comp_mask_auto_contrast", (True,))
    ] = 100
    """Percentage of its pixels that stay below 1."""
    comp_mask_blend_alpha: Annotated[Unit, _COMPOSITE & Is("hybrid.comp_mask_type", ("Blend",))] = 0.5
    """The clip's weight in the `Blend` mask."""
    flow_factor: Annotated[Real, _FLOW] = 1
    """Factor on the flow; negative moves backward."""


class Hybrid(Scheduled[HybridPlan]):
    """In the modes 2d and 3d, the clip of `video` mixed into each frame, or moving it; see docs/video.md."""

    effective_when: ClassVar[Condition] = _HAS_MODE & Fact(_acts, "hybrid.composite or hybrid.motion")

    composite: Annotated[
        Switchable[Literal["none", "Normal", "Before Motion", "After Generation"]], Switch(_HAS_MODE)
    ] = "none"
    """Time to mix in the clip's image: after the motion (Normal), before it, or after the generation."""
    comp_mask_type: Annotated[
        Switchable[Literal["none", "Depth", "Video Depth", "Blend", "Difference"]], _COMPOSITE
    ] = "none"
    """Area in which the film's own image stays: where it is near, where the clip is near, where the blend of
    both is bright, or where they differ."""
    comp_mask_inverse: Annotated[StrictBool, _MASKED] = False
    """Swap the regions of the film's image and the clip's."""
    comp_mask_equalize: Annotated[Switchable[Literal["none", "Before", "After", "Both"]], _MASKED] = "none"
    """Equalize the mask's histogram, before or after its contrast is changed."""
    comp_mask_auto_contrast: Annotated[StrictBool, _MASKED] = False
    """Stretch the mask between its two cutoffs to the whole range."""
    motion: Annotated[
        Switchable[Literal["none", "Optical Flow", "Perspective", "Affine"]], Switch(_HAS_MODE)
    ] = "none"
    """The clip's motion to follow: of each pixel by optical flow, or of the image by matched features."""
    motion_use_prev_img: Annotated[StrictBool, IsOn("hybrid.motion")] = False
    """Estimate the motion from the film's last image to the clip's, instead of within the clip."""
    flow_method: Annotated[Literal["DIS Medium", "DIS Fine", "Farneback", "RAFT"], _FLOW] = "DIS Medium"
    """Method that estimates the optical flow; RAFT needs `flow.raft`."""
    flow_consistency: Annotated[StrictBool, _FLOW] = False
    """Ignore the flow where forward and backward flow are inconsistent."""
    consistency_blur: Annotated[float, _FLOW & Is("flow_consistency", (True,))] = Field(2, ge=0, le=16)
    """Blur of the consistency mask in pixels."""
    use_first_frame_as_init_image: StrictBool = True
    """Generate the first frame from the clip's first, keeping `init.strength` of it."""
    use_init_image: Annotated[StrictBool, _COMPOSITE] = False
    """Mix in the init image instead of the clip's images."""

    @property
    def acts(self) -> bool:
        """True if the clip is mixed in or moves the film."""
        return self.composite != "none" or self.motion != "none"
