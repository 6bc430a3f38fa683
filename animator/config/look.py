"""What happens to the look of a picture between two drawings."""

from typing import Annotated, Literal

from pydantic import Field

from animator.config.group import Group, Switch
from animator.fields import Count, NotNegative, Numbers
from animator.named_files import InputPicture
from schedules import Schedule


class Noise(Group):
    """Noise added before a frame is redrawn, so that detail has something to grow from."""

    type: Literal["perlin", "uniform"] = "perlin"
    amount: Annotated[Schedule, Numbers(0.0, cut=False)] = Schedule.parse(0.065)
    perlin_w: float = Field(8, ge=0.1, le=64)
    perlin_h: float = Field(8, ge=0.1, le=64)
    perlin_octaves: int = Field(4, ge=0, le=12)
    perlin_persistence: float = Field(0.5, ge=0, le=1)


class Color(Group):
    """Colour coherence: every frame's colours are matched to the anchor, the first frame."""

    coherence: Literal["None", "LAB", "HSV", "RGB"] = "LAB"
    reference: Literal["first", "scene", "image", "video"] = "scene"
    """Whose colours are kept: the first frame's, the last cut's (strength 0), those of `image`, or frame by
    frame those of the clip `video.path`."""
    image: InputPicture = ""
    """Path of the picture whose colours are kept, for `reference: image`."""
    coherence_video_every_n_frames: int = Field(1, ge=1)
    """For `reference: video`: the clip's colours are taken anew every so many frames."""
    force_grayscale: Switch = False
    legacy: Switch = False
    """Match before the drawing only, to the first moved picture: Deforum's old order."""
    contrast: NotNegative = Schedule.parse(1)


class Sharpen(Group):
    """Anti-blur: an unsharp mask against the blur of repeated warping."""

    amount: NotNegative = Schedule.parse(0.1)
    kernel: Count = Schedule.parse(5)
    sigma: NotNegative = Schedule.parse(1)
    threshold: NotNegative = Schedule.parse(0)
