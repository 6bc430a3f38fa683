"""Hybrid video: a clip mixed into the film, or moving it."""

from typing import Annotated, Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.fields import NotNegative, RangedSchedule, Real, Unit
from animator.settings.group import SettingsGroup, StrictBool
from schedules import Schedule

Percent = Annotated[Schedule, RangedSchedule(0.0, 100.0)]


class Hybrid(SettingsGroup):
    """In the modes 2d and 3d, the clip of `video` mixed into each frame, or moving it; see docs/video.md."""

    composite: Switchable[Literal["none", "Normal", "Before Motion", "After Generation"]] = "none"
    """Time to mix in the clip's image: after the motion (Normal), before it, or after the generation."""
    comp_alpha: Unit = Schedule.parse(0.5)
    """Weight of the clip's image; 0 is none."""
    comp_mask_type: Switchable[Literal["none", "Depth", "Video Depth", "Blend", "Difference"]] = "none"
    """Area in which the film's own image stays: where it is near, where the clip is near, where the blend of
    both is bright, or where they differ."""
    comp_mask_inverse: StrictBool = False
    """Swap the regions of the film's image and the clip's."""
    comp_mask_equalize: Switchable[Literal["none", "Before", "After", "Both"]] = "none"
    """Equalize the mask's histogram, before or after its contrast is changed."""
    comp_mask_contrast: NotNegative = Schedule.parse(1)
    """Contrast of the mask about its mean."""
    comp_mask_auto_contrast: StrictBool = False
    """Stretch the mask between the two cutoffs below to the whole range."""
    comp_mask_auto_contrast_cutoff_low: Percent = Schedule.parse(0)
    """Percentage of the mask's darkest pixels that become 0."""
    comp_mask_auto_contrast_cutoff_high: Percent = Schedule.parse(100)
    """Percentage of its pixels that stay below 1."""
    comp_mask_blend_alpha: Unit = Schedule.parse(0.5)
    """The clip's weight in the `Blend` mask."""
    motion: Switchable[Literal["none", "Optical Flow", "Perspective", "Affine"]] = "none"
    """The clip's motion to follow: of each pixel by optical flow, or of the image by matched features."""
    motion_use_prev_img: StrictBool = False
    """Estimate the motion from the film's last image to the clip's, instead of within the clip."""
    flow_method: Literal["DIS Medium", "DIS Fine", "Farneback", "RAFT"] = "DIS Medium"
    """Method that estimates the optical flow; RAFT needs `flow.raft`."""
    flow_factor: Real = Schedule.parse(1)
    """Factor on the flow; negative moves backward."""
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
