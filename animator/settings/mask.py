"""Masks: which part of a frame is diffused, and where noise is added."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from animator.masks.expression import TRACKED, leaves, parse_mask
from animator.settings.effect import Condition, Fact
from animator.settings.fields import MaskText, OneMask
from animator.settings.group import StrictBool
from animator.settings.inputs import has_word_mask, reads_masks, tracks
from animator.settings.needs import Is
from animator.settings.paths import ClipName, FileOrName, InputImage
from animator.settings.scheduled import Scheduled

Fill = Literal["fill", "original", "latent noise", "latent nothing"]
"""As `GenerationRequest.fill`, which is not imported here because it needs torch."""


if TYPE_CHECKING:
    from animator.settings.animation import Animation


def _diffuses_area(film: "Animation") -> bool:
    return film.mask.acts


def _overlays(film: "Animation") -> bool:
    return film.mask.acts or film.mask.use_mask_video


def _has_area(film: "Animation") -> bool:
    return film.mask.acts or film.mask.use_mask_video or film.mask.use_noise_mask


_ACTS = Fact(_diffuses_area, "mask.use_mask or mask.use_alpha_as_mask")
_DIFFUSED = Fact(_overlays, "mask.use_mask, mask.use_alpha_as_mask or mask.use_mask_video")
_AREA = Fact(_has_area, "mask.use_mask, use_mask_video, use_noise_mask or use_alpha_as_mask")
_TRACKED = Fact(tracks, "a mask with {tracked}")
_WORD = Fact(has_word_mask, "a mask with a <word>")


@dataclass(frozen=True, kw_only=True)
class MaskPlan:
    """The values of `Mask` at one frame."""

    mask_schedule: Annotated[MaskText, _DIFFUSED] = "{video_mask}"
    """The area to diffuse: an expression of `{video_mask}`, `{init_mask}`, `{everywhere}`, `[file.png]` and
    `<word>` with `! & | ^ \\` and brackets; may change by frame."""
    noise_mask_schedule: Annotated[MaskText, Is("mask.use_noise_mask", (True,))] = "{video_mask}"
    """The area that gets noise, as `mask_schedule`."""


class Mask(Scheduled[MaskPlan]):
    """Masks: white is diffused, black stays; see docs/masks.md."""

    effective_when: ClassVar[Condition] = Fact(
        reads_masks, "mask.use_mask, use_mask_video, use_noise_mask, use_alpha_as_mask or the mask of a unit"
    )

    use_mask: StrictBool = False
    """Diffuse only what lies inside `mask_schedule`."""
    mask_file: Annotated[InputImage, Is("use_alpha_as_mask", (False,))] = ""
    """Path of an image: white is diffused, black stays. It is `{init_mask}` in mask expressions, and
    `{video_mask}` if there is no mask video."""
    use_alpha_as_mask: StrictBool = False
    """Use the alpha channel of `init.image` instead of `mask_file`: what is opaque is diffused."""
    use_mask_video: StrictBool = False
    """`{video_mask}` is the frame of the mask video. Without `use_mask`, the clip or the init image only
    overlays what the mask does not cover."""
    video_mask_path: Annotated[ClipName, Is("use_mask_video", (True,))] = ""
    """The mask video, as `video.path`; its frames are chosen by the settings of `video`."""
    invert_mask: Annotated[StrictBool, _AREA] = False
    """Diffuse what lies outside instead."""
    contrast_adjust: float = Field(1.0, ge=0, le=100)
    """Contrast factor for masks from files and videos, about their mean."""
    brightness_adjust: float = Field(1.0, ge=0, le=100)
    """Brightness factor for masks from files and videos."""
    overlay_blur: Annotated[float, _DIFFUSED] = Field(4.0, ge=0, le=64)
    """Softness of the mask's edge in pixels (sigma)."""
    overlay_mask: Annotated[StrictBool, _DIFFUSED] = True
    """Overlay the init image, or the clip's frame, on every frame outside the mask. Without either, what is
    outside keeps moving unchanged."""
    fill: Annotated[Fill, _ACTS] = "original"
    """Content inside the mask before the diffusion: the image itself, its surroundings smeared into it, or
    latents of noise or zeros."""
    full_res_mask: Annotated[StrictBool, _ACTS] = True
    """Inpaint only the masked area: it is generated at the film's full size and scaled down into place."""
    full_res_mask_padding: Annotated[int, _ACTS & Is("full_res_mask", (True,))] = Field(4, ge=0, le=512)
    """Pixels around the mask that are included, with `full_res_mask`."""
    use_noise_mask: StrictBool = False
    """Add noise only inside `noise_mask_schedule`."""
    track: Annotated[OneMask, _TRACKED] = ""
    """A thing that `{tracked}` follows through the clip: its mask at `track_from`, such as `<dog>` or
    `[dog.png]`."""
    track_from: Annotated[int, _TRACKED] = Field(0, ge=0)
    """Frame whose image of the clip `track` is for; before it, `{tracked}` is empty."""
    tracker: Annotated[Literal["flow", "sam2"], _TRACKED] = "flow"
    """What follows the thing: optical flow, which needs no weights, or SAM 2, which also knows things that
    change their shape."""
    tracker_model: Annotated[FileOrName, _TRACKED & Is("tracker", ("sam2",))] = ""
    """SAM 2 for videos: a folder as transformers saves it, its name in the model folders, or a hub id; left
    out, the first in the model folders that is one."""
    word_model: Annotated[FileOrName, _WORD] = ""
    """A CLIPSeg folder in transformers' format, or its .safetensors: segments the `<word>` of a mask."""
    word_threshold: Annotated[float, _WORD] = Field(0.4, ge=0, le=1)
    """Confidence above which CLIPSeg counts a pixel to the word."""
    steady: Annotated[int, _WORD] = Field(0, ge=0, le=32)
    """Look for each `<word>` in the clip, and average its mask over this many frames before, along their
    motion, so that it does not flicker; 0 looks at the image that is diffused."""

    @property
    def acts(self) -> bool:
        """True if only a part of the image is diffused."""
        return self.use_mask or self.use_alpha_as_mask

    @model_validator(mode="after")
    def _has_its_masks(self) -> "Mask":
        if self.use_mask_video and not self.video_mask_path:
            raise PydanticCustomError(
                "missing_input", "video_mask_path is empty; use_mask_video needs the mask video"
            )
        texts = {name: [key.text for key in self.text_schedule(name).keys] for name in self._in_use()}
        if self.track.strip():
            texts["track"] = [self.track]
        for name, expressions in texts.items():
            for leaf in {leaf for text in expressions for leaf in leaves(parse_mask(text))}:
                missing = self.missing(leaf.kind, leaf.text)
                if name == "track" and leaf.text == TRACKED:
                    missing = "{tracked} cannot begin with itself; give a <word> or an [image.png]"
                if missing:
                    raise PydanticCustomError("missing_input", "{text}", {"text": f"{name}: {missing}"})
        return self

    def _in_use(self) -> tuple[str, ...]:
        diffused = ("mask_schedule",) if self.acts or self.use_mask_video else ()
        return (*diffused, "noise_mask_schedule") if self.use_noise_mask else diffused

    def missing(self, kind: str, text: str) -> str:
        """Returns what is missing for a name in a mask expression; empty if it is defined.

        Args:
            kind: Of the leaf that has the name, such as `word`.
            text: The name.
        """
        has_mask = bool(self.mask_file) or self.use_alpha_as_mask
        defined = {"init_mask": has_mask, "video_mask": has_mask or self.use_mask_video}
        if text == TRACKED and not self.track.strip():
            return "there is no {tracked}; give its mask in the first frame as mask.track, such as <dog>"
        if kind == "word" and not self.word_model:
            return f"<{text}> needs CLIPSeg; give its folder as word_model"
        if kind == "name" and not defined.get(text, True):
            return f"there is no {{{text}}}; give mask_file, or another mask such as [file.png]"
        return ""
