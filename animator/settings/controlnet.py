"""ControlNet units: images that guide the drawing."""

from typing import Literal

from pydantic import Field, model_validator

from animator.film.clip import AfterEnd, Fit
from animator.settings.choices import Switchable
from animator.settings.fields import NotNegative, Unit
from animator.settings.group import SettingsGroup, StrictBool
from schedules import Schedule

MOST_UNITS = 5
FRAME = "frame"
"""The source that is the image being redrawn."""

Module = Switchable[Literal["none", "canny", "depth", "tile", "blur"]]
ControlMode = Literal["balanced", "prompt", "control"]


class ControlUnit(SettingsGroup):
    """One ControlNet with what it sees: up to five in a list, whose effects add up."""

    enabled: StrictBool = True
    """A unit that is off is as if it were not there; its files need not be."""
    model: str = ""
    """A ControlNet of the checkpoint's base: a file, folder, name in the model folders, or hub id."""
    source: str = FRAME
    """An image, a folder of images or a film, one image per frame; `frame` is the image being redrawn."""
    module: Module = "none"
    """What is made of the source's images: edges, depth (by `depth.model`), less detail, or nothing."""
    weight: NotNegative = Schedule.parse(1)
    """How much it guides; at 0 it is not asked at all."""
    guidance_start: Unit = Schedule.parse(0)
    """Share of the steps that run after which it begins."""
    guidance_end: Unit = Schedule.parse(1)
    """Share of the steps that run at which it ends."""
    control_mode: ControlMode = "balanced"
    """Which counts more: both, the prompt (coarse layers alone get full weight), or the control image."""
    resize_mode: Fit = "crop"
    """How an image of another shape comes to the film's: distorted, cut off, or with black bars."""
    processor_res: int = Field(0, ge=0, le=8192)
    """Pixels of the shorter side at which the module works; 0 is the image's size in the film."""
    threshold_a: float | None = Field(None, ge=0)
    """The module's number: canny's lower threshold (100), blur's sigma (9), by what tile shrinks (1)."""
    threshold_b: float | None = Field(None, ge=0)
    """Canny's upper threshold (200)."""
    extract_from_frame: int = Field(0, ge=0)
    """Image of the source that the film's first frame sees."""
    extract_nth_frame: int = Field(1, ge=1)
    """Every so many images of the source are taken."""
    after_end: AfterEnd = "error"
    """What frames beyond the source's end see: an error, the last image, or the source again."""

    @model_validator(mode="after")
    def _has_model(self) -> "ControlUnit":
        if self.enabled and not self.model.strip():
            raise ValueError("has no model; name a ControlNet, or set enabled: false")
        return self
