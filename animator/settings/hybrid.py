"""Hybrid video: a clip mixed into the film, or moving it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.fields import NotNegative, RangedSchedule, Real, Unit
from animator.settings.group import StrictBool
from animator.settings.scheduled import Scheduled

Percent = Annotated[float, RangedSchedule(0.0, 100.0)]


@dataclass(frozen=True, kw_only=True)
class HybridPlan:
    """The values of `Hybrid` at one frame."""

    comp_alpha: Unit = 0.5
    """Weight of the clip's image; 0 is none."""
    comp_mask_contrast: NotNegative = 1
    """Contrast of the mask about its mean."""
    comp_mask_auto_contrast_cutoff_low: Percent = 0
    """Percentage of the mask's darkest pixels that become 0."""
    comp_mask_auto_contrast_cutoff_high: Percent = 100
    """Percentage of its pixels that stay below 1."""
    comp_mask_blend_alpha: Unit = 0.5
    """The clip's weight in the `Blend` mask."""
    flow_factor: Real = 1
    """Factor on the flow; negative moves backward."""


class Hybrid(Scheduled[HybridPlan]):
    """In the modes 2d and 3d, the clip of `video` mixed into each frame, or moving it; see docs/video.md."""

    composite: Switchable[Literal["none", "Normal", "Before Motion", "After Generation"]] = "none"
    """Time to mix in the clip's image: after the motion (Normal), before it, or after the generation."""
    comp_mask_type: Switchable[Literal["none", "Depth", "Video Depth", "Blend", "Difference"]] = "none"
    """Area in which the film's own image stays: where it is near, where the clip is near, where the blend of
    both is bright, or where they differ."""
    comp_mask_inverse: StrictBool = False
    """Swap the regions of the film's image and the clip's."""
    comp_mask_equalize: Switchable[Literal["none", "Before", "After", "Both"]] = "none"
    """Equalize the mask's histogram, before or after its contrast is changed."""
    comp_mask_auto_contrast: StrictBool = False
    """Stretch the mask between its two cutoffs to the whole range."""
    motion: Switchable[Literal["none", "Optical Flow", "Perspective", "Affine"]] = "none"
    """The clip's motion to follow: of each pixel by optical flow, or of the image by matched features."""
    motion_use_prev_img: StrictBool = False
    """Estimate the motion from the film's last image to the clip's, instead of within the clip."""
    flow_method: Literal["DIS Medium", "DIS Fine", "Farneback", "RAFT"] = "DIS Medium"
    """Method that estimates the optical flow; RAFT needs `flow.raft`."""
    flow_consistency: StrictBool = False
    """Ignore the flow where forward and backward flow are inconsistent."""
    consistency_blur: float = Field(2, ge=0, le=16)
    """Blur of the consistency mask in pixels."""
    use_first_frame_as_init_image: StrictBool = True
    """Generate the first frame from the clip's first, keeping `init.strength` of it."""
    use_init_image: StrictBool = False
    """Mix in the init image instead of the clip's images."""

    @property
    def acts(self) -> bool:
        """True if the clip is mixed in or moves the film."""
        return self.composite != "none" or self.motion != "none"
