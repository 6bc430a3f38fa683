"""Noise, color and sharpening between two generations."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from animator.settings.choices import Switchable
from animator.settings.effect import Always, Condition, Fact
from animator.settings.fields import NotNegative, RangedSchedule
from animator.settings.group import StrictBool
from animator.settings.inputs import matches_colors
from animator.settings.needs import Exceeds, InMode, Is
from animator.settings.paths import InputImage
from animator.settings.scheduled import Scheduled

_PERLIN = Exceeds("amount") & Is("type", ("perlin",))
_MATCHES = Fact(matches_colors, "color.coherence, in the modes 2d, 3d and video")
MAX_CELLS = 8192
"""As `animator.images.noise`, which needs torch."""


@dataclass(frozen=True, kw_only=True)
class NoisePlan:
    """The values of `Noise` at one frame."""

    amount: Annotated[float, RangedSchedule(0.0, cut=False)] = 0.065
    """Amount of noise; too little makes the film soft, too much makes it boil."""


class Noise(Scheduled[NoisePlan]):
    """Noise added before a frame is diffused, which new detail grows from."""

    effective_when: ClassVar[Condition] = InMode("prepares")

    type: Annotated[Literal["perlin", "uniform"], Exceeds("amount")] = "perlin"
    """perlin varies in clouds, uniform is equally strong everywhere."""
    perlin_w: Annotated[float, _PERLIN] = Field(8, ge=0.1, le=64)
    """Clouds along the height (sic: so it is in Deforum)."""
    perlin_h: Annotated[float, _PERLIN] = Field(8, ge=0.1, le=64)
    """Clouds along the width."""
    perlin_octaves: Annotated[int, _PERLIN] = Field(4, ge=0, le=12)
    """Number of finer layers of clouds."""
    perlin_persistence: Annotated[float, _PERLIN] = Field(0.5, ge=0, le=1)
    """Strength of each finer octave relative to the one before."""

    @model_validator(mode="after")
    def _has_few_cells(self) -> "Noise":
        finest = int(max(self.perlin_w, self.perlin_h, 1)) << max(self.perlin_octaves - 1, 0)
        if self.type == "perlin" and finest > MAX_CELLS:
            raise ValueError(
                f"perlin_w and perlin_h with {self.perlin_octaves} perlin_octaves are {finest} clouds along "
                f"an axis; expected at most {MAX_CELLS}; use fewer octaves or clouds"
            )
        return self


@dataclass(frozen=True, kw_only=True)
class ColorPlan:
    """The values of `Color` at one frame."""

    contrast: Annotated[NotNegative, InMode("prepares")] = 1
    """Contrast factor before each generation; at most 1.01, against graying."""


class Color(Scheduled[ColorPlan]):
    """Color coherence: every frame's colors are matched to a reference, so that they do not drift."""

    effective_when: ClassVar[Condition] = Always()

    coherence: Annotated[Switchable[Literal["none", "LAB", "HSV", "RGB"]], InMode("matches")] = "LAB"
    """The color space in which colors are matched; none lets them drift."""
    reference: Annotated[Literal["prompt", "first", "scene", "image", "video"], _MATCHES] = "prompt"
    """Colors to match: those of the current prompt, of the first frame, of the first frame since the last
    cut (strength 0), of `image`, or frame by frame of the clip `video.path`. The first prompt of a scene has
    the colors of the scene's first frame, each later one those of an image that is generated for it alone.
    Prompts that morph blend their colors."""
    transition: Annotated[int, _MATCHES & Is("reference", ("prompt",))] = Field(12, ge=0, le=1_000_000)
    """For `reference: prompt`: frames over which the colors change where a prompt switches to the next."""
    image: Annotated[InputImage, _MATCHES & Is("reference", ("image",))] = ""
    """Path of the image whose colors are matched, for `reference: image`."""
    coherence_video_every_n_frames: Annotated[int, _MATCHES & Is("reference", ("video",))] = Field(
        1, ge=1, le=1_000_000
    )
    """For `reference: video`: take the clip's colors every N frames."""
    force_grayscale: StrictBool = False
    """Make the film grayscale."""
    legacy: Annotated[StrictBool, _MATCHES] = False
    """Match only before the generation, to the first warped image: Deforum's old order."""

    @property
    def follows_prompts(self) -> bool:
        """True if each prompt has colors of its own."""
        return self.coherence != "none" and self.reference == "prompt" and not self.legacy


@dataclass(frozen=True, kw_only=True)
class SharpenPlan:
    """The values of `Sharpen` at one frame."""

    amount: NotNegative = 0.1
    """Amount of detail added; 0 is off."""
    kernel: Annotated[int, RangedSchedule(0.0, 255.0), Exceeds("sharpen.amount")] = 5
    """Kernel size in pixels of the blur that separates the detail; even sizes are rounded up to odd. 0 takes
    it from sigma."""
    sigma: Annotated[NotNegative, Exceeds("sharpen.amount")] = 1
    """Width of that blur in pixels; 0 takes it from the kernel."""
    threshold: Annotated[NotNegative, Exceeds("sharpen.amount")] = 0
    """Differences below this many of 255 levels are left alone."""


class Sharpen(Scheduled[SharpenPlan]):
    """Anti-blur: an unsharp mask against the blur of repeated warping."""

    effective_when: ClassVar[Condition] = InMode("prepares")
