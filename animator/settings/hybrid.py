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
    """When the clip's image is mixed in: after its motion (Normal), before it, or after the drawing."""
    comp_alpha: Unit = Schedule.parse(0.5)
    """How much of the clip's image comes in; 0 nothing."""
    comp_mask_type: Switchable[Literal["none", "Depth", "Video Depth", "Blend", "Difference"]] = "none"
    """Where the film's own image stays: where it is near, where the clip is near, where the two together
    are bright, or where they differ."""
    comp_mask_inverse: StrictBool = False
    """Swap where the film's image stays and where the clip's comes in."""
    comp_mask_equalize: Switchable[Literal["none", "Before", "After", "Both"]] = "none"
    """Spread the mask's values evenly, before or after its contrast."""
    comp_mask_contrast: NotNegative = Schedule.parse(1)
    """Contrast of the mask about its mean."""
    comp_mask_auto_contrast: StrictBool = False
    """Stretch the mask between the two cutoffs below to the whole range."""
    comp_mask_auto_contrast_cutoff_low: Percent = Schedule.parse(0)
    """Percent of the mask's darkest pixels that become 0."""
    comp_mask_auto_contrast_cutoff_high: Percent = Schedule.parse(100)
    """Percent of its pixels that stay below 1."""
    comp_mask_blend_alpha: Unit = Schedule.parse(0.5)
    """The clip's share in the `Blend` mask."""
    motion: Switchable[Literal["none", "Optical Flow", "Perspective", "Affine"]] = "none"
    """How the clip's motion moves the film: each pixel by optical flow, or the whole image by matched
    features."""
    motion_use_prev_img: StrictBool = False
    """Follow the motion from the film's own last image to the clip's, instead of that within the clip."""
    flow_method: Literal["DIS Medium", "DIS Fine", "Farneback", "RAFT"] = "DIS Medium"
    """Who estimates the flow; RAFT needs `flow.raft`."""
    flow_factor: Real = Schedule.parse(1)
    """How far pixels go along the flow; 0 not at all, below 0 backwards."""
    flow_consistency: StrictBool = False
    """Do not follow the flow where going there and back does not lead home."""
    consistency_blur: float = Field(2, ge=0, le=16)
    """Pixels by which the edges of that are softened."""
    use_first_frame_as_init_image: StrictBool = True
    """Draw the first frame over the clip's first, keeping `init.strength` of it."""
    use_init_image: StrictBool = False
    """Mix in the init image in the place of the clip's images."""

    @property
    def acts(self) -> bool:
        """True where the clip plays a part."""
        return self.composite != "none" or self.motion != "none"
