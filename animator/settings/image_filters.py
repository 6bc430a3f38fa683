"""What happens to the look of an image between two drawings."""

from typing import Annotated, Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.fields import Count, NotNegative, RangedSchedule
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import InputImage
from schedules import Schedule


class Noise(SettingsGroup):
    """Noise added before a frame is redrawn, so that detail has something to grow from."""

    type: Literal["perlin", "uniform"] = "perlin"
    """perlin comes in clouds, uniform is as strong everywhere."""
    amount: Annotated[Schedule, RangedSchedule(0.0, cut=False)] = Schedule.parse(0.065)
    """Share of noise; too little grows soft, too much boils."""
    perlin_w: float = Field(8, ge=0.1, le=64)
    """Clouds along the height (sic: so it is in Deforum)."""
    perlin_h: float = Field(8, ge=0.1, le=64)
    """Clouds along the width."""
    perlin_octaves: int = Field(4, ge=0, le=12)
    """Finer clouds within the clouds, so many times."""
    perlin_persistence: float = Field(0.5, ge=0, le=1)
    """Strength of each finer octave relative to the one before."""


class Color(SettingsGroup):
    """Color coherence: every frame's colors are matched to the anchor, the first frame."""

    coherence: Switchable[Literal["none", "LAB", "HSV", "RGB"]] = "LAB"
    """The color space in which colors are matched; none lets them drift."""
    reference: Literal["first", "scene", "image", "video"] = "scene"
    """Whose colors are kept: the first frame's, the last cut's (strength 0), those of `image`, or frame by
    frame those of the clip `video.path`."""
    image: InputImage = ""
    """Path of the image whose colors are kept, for `reference: image`."""
    coherence_video_every_n_frames: int = Field(1, ge=1)
    """For `reference: video`: the clip's colors are taken anew every so many frames."""
    force_grayscale: StrictBool = False
    """A film without colors."""
    legacy: StrictBool = False
    """Match before the drawing only, to the first moved image: Deforum's old order."""
    contrast: NotNegative = Schedule.parse(1)
    """Factor on the image before each drawing; 1.01 against graying, no more."""


class Sharpen(SettingsGroup):
    """Anti-blur: an unsharp mask against the blur of repeated warping."""

    amount: NotNegative = Schedule.parse(0.1)
    """How much of the detail is added back; 0 is off."""
    kernel: Count = Schedule.parse(5)
    """Side of the blur that tells what is detail, in pixels; even counts as the next odd."""
    sigma: NotNegative = Schedule.parse(1)
    """Width of that blur in pixels."""
    threshold: NotNegative = Schedule.parse(0)
    """Differences smaller than so many of 255 levels are left alone."""
