"""Where a film is redrawn, and where noise acts."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from animator.masks.expression import leaves, parse_mask
from animator.settings.fields import MaskText
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import ClipName, FileOrName, InputImage
from schedules import TextSchedule

Fill = Literal["fill", "original", "latent noise", "latent nothing"]
"""As `GenerationRequest.fill`, which is not imported here: that needs torch."""


class Mask(SettingsGroup):
    """Masks: white is redrawn, black stays; see docs/masks.md."""

    use_mask: StrictBool = False
    """Redraw only what lies inside `mask_schedule`."""
    mask_file: InputImage = ""
    """Path of an image: white is redrawn, black stays. It is `{init_mask}` in mask expressions, and
    `{video_mask}` as long as there is no mask film."""
    use_alpha_as_mask: StrictBool = False
    """The alpha channel of `init.image` takes the place of `mask_file`: what is opaque is redrawn."""
    use_mask_video: StrictBool = False
    """`{video_mask}` is the frame of the mask film. Without `use_mask`, it only lays the clip or the init
    image over what it does not cover."""
    video_mask_path: ClipName = ""
    """The mask film, as `video.path`; its frames are taken as the settings of `video` say."""
    mask_schedule: MaskText = TextSchedule.parse("{video_mask}")
    """What is redrawn: an expression of `{video_mask}`, `{init_mask}`, `{everywhere}`, `[file.png]` and
    `<word>` with `! & | ^ \\` and brackets; may change by frame."""
    invert_mask: StrictBool = False
    """Redraw what lies outside instead."""
    contrast_adjust: float = Field(1.0, ge=0, le=100)
    """Factor on the contrast of masks from files and films, about their mean."""
    brightness_adjust: float = Field(1.0, ge=0, le=100)
    """Factor on the brightness of masks from files and films."""
    overlay_blur: float = Field(4.0, ge=0, le=64)
    """Softness of the mask's edge in pixels (sigma)."""
    overlay_mask: StrictBool = True
    """Lay the init image, or the clip's frame, over every frame outside the mask. Without either, what is
    outside moves on as it is."""
    fill: Fill = "original"
    """What the drawing inside the mask starts from: the image there, the smeared colors around it, or
    latents of noise or nothing."""
    full_res_mask: StrictBool = True
    """Draw the mask's surroundings at the film's full size and scale them down into their place."""
    full_res_mask_padding: int = Field(4, ge=0, le=512)
    """How many pixels around the mask the drawing sees, with `full_res_mask`."""
    use_noise_mask: StrictBool = False
    """Noise acts inside `noise_mask_schedule` only."""
    noise_mask_schedule: MaskText = TextSchedule.parse("{video_mask}")
    """Where noise acts, as `mask_schedule`."""
    word_model: FileOrName = ""
    """A CLIPSeg folder as transformers saves it, or the .safetensors in one: finds the `<word>` of a mask."""
    word_threshold: float = Field(0.4, ge=0, le=1)
    """How sure CLIPSeg must be that a pixel belongs to the word."""

    @property
    def acts(self) -> bool:
        """True where only a part of the image is redrawn."""
        return self.use_mask or self.use_alpha_as_mask

    @model_validator(mode="after")
    def _has_what_it_names(self) -> "Mask":
        if self.use_mask_video and not self.video_mask_path:
            raise PydanticCustomError(
                "missing_input", "video_mask_path is empty; use_mask_video needs the mask film"
            )
        for name, schedule in self._in_use():
            for leaf in {leaf for key in schedule.keys for leaf in leaves(parse_mask(key.text))}:
                if missing := self._missing(leaf.kind, leaf.text):
                    text = f"{name}: {missing}"
                    raise PydanticCustomError("missing_input", "{text}", {"text": text})
        return self

    def _in_use(self) -> tuple[tuple[str, TextSchedule], ...]:
        redrawn = (("mask_schedule", self.mask_schedule),) if self.acts or self.use_mask_video else ()
        return (
            (*redrawn, ("noise_mask_schedule", self.noise_mask_schedule)) if self.use_noise_mask else redrawn
        )

    def _missing(self, kind: str, text: str) -> str:
        """What a mask lacks; empty where it is there."""
        has_own = bool(self.mask_file) or self.use_alpha_as_mask
        there = {"init_mask": has_own, "video_mask": has_own or self.use_mask_video}
        if kind == "word" and not self.word_model:
            return f"<{text}> is found by CLIPSeg; give its folder as word_model"
        if kind == "name" and not there.get(text, True):
            return f"there is no {{{text}}}; give mask_file, or another mask such as [file.png]"
        return ""
