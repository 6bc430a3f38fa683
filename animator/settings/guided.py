"""Guided images: images that the film passes through."""

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from animator.settings.fields import Images, NotNegative, Real, Unit
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.keyed_images import KeyedImages
from schedules import Schedule


class Guided(SettingsGroup):
    """Guided images, Deforum's looper; see docs/guided.md."""

    use_looper: StrictBool = False
    """Lead the film through the images of `init_images`. 2D and 3D only."""
    init_images: Images = KeyedImages.parse({})
    """Paths of images by frame, such as `{0: a.png, max_f/2: b.png}`. Each leads from its frame on."""
    image_strength_schedule: Unit = Schedule.parse(0.75)
    """How much of the image a frame keeps; takes the place of `diffusion.strength`."""
    blend_factor_max: Real = Schedule.parse(0.35)
    """Middle of the share of the leading image in the one that is redrawn."""
    blend_factor_slope: Real = Schedule.parse(0.25)
    """How far that share swings below its middle, where an image begins to lead, and then above it."""
    tweening_frames_schedule: NotNegative = Schedule.parse(20)
    """So many frames long the share swings after each key; then it is 0.07."""
    color_correction_factor: Unit = Schedule.parse(0.075)
    """Share of the leading image in the colors that a drawing is given."""

    @model_validator(mode="after")
    def _has_images(self) -> "Guided":
        if self.use_looper and not self.init_images.keys:
            raise PydanticCustomError(
                "missing_input", "init_images is empty; use_looper needs images by frame"
            )
        return self
