"""IP-Adapter units: images that act like prompts."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from animator.film.clip import AfterEnd
from animator.masks.expression import EVERYWHERE
from animator.settings.effect import Condition, Switch
from animator.settings.fields import MaskText, NotNegative, Unit
from animator.settings.group import StrictBool
from animator.settings.needs import Exceeds, Is
from animator.settings.prompt_images import ImagesToFollow, PromptImages
from animator.settings.scheduled import Scheduled

MOST_UNITS = 5


@dataclass(frozen=True, kw_only=True)
class FollowedImages:
    """Which images of a unit act at a frame, derived from the keys of `image`.

    Attributes:
        key: Frame of the key whose images act.
        key_before: Frame of the key whose images fade out; `key` where none do.
        share: Share of the weight that the images of `key` have; the rest is that of `key_before`.
    """

    key: int = 0
    key_before: int = 0
    share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class IPAdapterPlan(FollowedImages):
    """The values of `IPAdapterUnit` at one frame."""

    weight: NotNegative = 1
    """Strength of the images; at 0 nothing is computed."""
    guidance_start: Annotated[Unit, Exceeds("weight")] = 0
    """Fraction of the sampler steps at which they begin to act."""
    guidance_end: Annotated[Unit, Exceeds("weight")] = 1
    """Fraction of the sampler steps at which they end."""
    mask: Annotated[MaskText, Exceeds("weight")] = EVERYWHERE
    """Where in the frame they act: a mask expression, as `mask.mask_schedule`."""


class IPAdapterUnit(Scheduled[IPAdapterPlan]):
    """One IP-Adapter and the images that act like a prompt: up to five in a list."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: Annotated[StrictBool, Switch()] = True
    """A unit that is off has no effect, and its files may be missing."""
    model: str = ""
    """An IP-Adapter for the checkpoint's base model: file, folder, or name in the model folders."""
    encoder: str = ""
    """Its image encoder, a CLIP vision model: folder, file, or name. Left out, the one that fits and lies in
    `image_encoder` beside the adapter, or in the model folders."""
    image: ImagesToFollow = PromptImages.parse({})
    """An image, a list of images that act together, or either by frame: `{0: a.png, 60: [b.png, c.png]}`. In
    place of an image, a video or folder has one for each frame, and `frame` is each frame's own input."""
    fade: int = Field(0, ge=0, le=1_000_000)
    """Frames over which the images of a key replace those of the key before; 0 switches at once."""
    extract_from_frame: int = Field(0, ge=0)
    """Image of a video or folder for the film's first frame."""
    extract_nth_frame: int = Field(1, ge=1)
    """Use every N-th image of a video or folder."""
    after_end: AfterEnd = "error"
    """After the end of a video or folder: stop with an error, hold its last image, or start over."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "IPAdapterUnit":
        if self.enabled and not self.model.strip():
            raise ValueError("has no model; name an IP-Adapter, or set enabled: false")
        if self.enabled and not self.image.keys:
            raise ValueError("has no image; name one, or set enabled: false")
        return self
