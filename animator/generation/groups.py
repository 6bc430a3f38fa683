"""The groups of an image's settings: what it starts from, its mask, the second pass, ControlNet, tuning."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from animator.errors import ModelError
from animator.models.diffusion.samplers.registry import find_sampler
from animator.settings.controlnet import REFERENCE, ControlMode, FilmModule, Task
from animator.settings.effect import Always, Condition
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.mask import Fill
from animator.settings.paths import FileOrName, InputImage, InputImages
from animator.settings.prompt_images import MOST_IMAGES

MAX_SIDE = 8192
Side = Annotated[int, Field(ge=8, le=MAX_SIDE)]
ResizeMode = Literal["stretch", "crop", "pad", "latent"]


def _as_size(value: Any) -> Any:
    """Returns the sides of a text such as `512x320`, or of a number; other values as they are."""
    if isinstance(value, str):
        sides = value.lower().replace("×", "x").replace(",", "x").split("x")
        if len(sides) > 2 or not all(side.strip().isdecimal() and len(side) < 10 for side in sides):
            raise PydanticCustomError("size", "expected width and height, such as [512, 320] or 512x320")
        return [int(sides[0]), int(sides[-1])]
    return [value, value] if isinstance(value, int) and not isinstance(value, bool) else value


def _known_sampler(value: Any) -> Any:
    """Returns the name of a sampler that exists; an empty one stands for another setting's."""
    if isinstance(value, str) and value.strip():
        try:
            find_sampler(value)
        except ModelError as error:
            raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error
    return value


Size = Annotated[tuple[Side, Side], BeforeValidator(_as_size)]
"""Width and height in pixels: [512, 320], `512x320`, or 512 for a square."""
SamplerName = Annotated[str, BeforeValidator(_known_sampler)]
PromptText = Annotated[str, Field(max_length=100_000)]


class ImageGroup(SettingsGroup):
    """Settings of an image that belong together."""

    effective_when: ClassVar[Condition] = Always()


class InitImage(ImageGroup):
    """The image to generate over."""

    image: InputImage = ""
    """Path of the image; empty generates from the prompt alone."""
    strength: float = Field(0.25, ge=0, le=1)
    """Amount of the image that is kept; 1 - strength is the denoising strength."""
    resize: ResizeMode = "stretch"
    """Fit of an image of another aspect ratio: stretched, cropped, padded with its edges, or stretched as a
    latent, without resampling its pixels."""
    noise_multiplier: float = Field(1.0, ge=0, le=10)
    """Factor of the noise added to the image; slightly above 1 adds detail."""


class ImageMask(ImageGroup):
    """The area of the image that is generated anew."""

    image: InputImage = ""
    """Path of the mask: white is generated, black stays. Empty generates the whole image."""
    blur: float = Field(4.0, ge=0, le=64)
    """Softness of the mask's edge in pixels (sigma)."""
    invert: StrictBool = False
    """Generate the black area instead."""
    fill: Fill = "original"
    """Content inside the mask at first: the image, the colors around it, latent noise, or zeros."""
    full_res: StrictBool = True
    """Generate only the masked area, at the full size, and scale it into place; the image keeps its size."""
    padding: int = Field(32, ge=0, le=512)
    """Pixels around the mask that are seen, with `full_res`."""


class Outpaint(ImageGroup):
    """How many pixels are generated beyond each edge of the image."""

    left: int = Field(0, ge=0, le=4096)
    """Pixels beyond the left edge."""
    top: int = Field(0, ge=0, le=4096)
    """Pixels above the upper edge."""
    right: int = Field(0, ge=0, le=4096)
    """Pixels beyond the right edge."""
    bottom: int = Field(0, ge=0, le=4096)
    """Pixels below the lower edge."""
    blur: float = Field(8.0, ge=0, le=64)
    """Softness of the seam in pixels (sigma); the image changes this far inside of its edge, about thrice."""
    fill: Fill = "fill"
    """Content beyond the edge at first: the edge continued (original), the colors around, noise, or zeros."""

    @property
    def acts(self) -> bool:
        """True if anything is generated beyond an edge."""
        return bool(self.left or self.top or self.right or self.bottom)


class Hires(ImageGroup):
    """A second pass over the enlarged image, for sizes beyond what the model composes well."""

    scale: float = Field(1.0, ge=1, le=8)
    """Factor of width and height; 1 is no second pass."""
    size: Size | None = None
    """Width and height instead of a factor."""
    upscaler: FileOrName = "latent"
    """How the image is enlarged: as a latent (`latent`, `latent bicubic` and the like), by `lanczos` or
    `nearest`, or by an upscaling network: a file, or its name in the model folders."""
    steps: int = Field(0, ge=0, le=1000)
    """Sampler steps of the second pass; 0 takes those of the first."""
    strength: float = Field(0.3, ge=0, le=1)
    """Amount of the enlarged image that is kept; 1 - strength is the denoising strength."""
    prompt: PromptText = ""
    """Prompt of the second pass; empty takes that of the first."""
    negative_prompt: PromptText = ""
    """Negative prompt of the second pass; empty takes that of the first."""
    sampler: SamplerName = ""
    """Sampler of the second pass; empty takes that of the first."""
    cfg_scale: float | None = Field(None, ge=0, le=100)
    """Guidance scale of the second pass; left open, that of the first."""
    model: FileOrName = ""
    """Model of the second pass; empty takes that of the first."""

    @property
    def acts(self) -> bool:
        """True if there is a second pass."""
        return self.scale > 1 or self.size is not None


class ImageRefiner(ImageGroup):
    """Another model for the last steps."""

    model: FileOrName = ""
    """Name of the model; empty leaves all steps to the first."""
    share: float = Field(0.8, ge=0, le=1)
    """Share of the steps that the first model makes."""


class ImageFaces(ImageGroup):
    """Restores the faces of the finished image by a network for faces (needs the extra `upscale`)."""

    enabled: StrictBool = False
    """Restore faces."""
    model: FileOrName = Field("GFPGANv1.4", min_length=1)
    """The network: the path of a file of GFPGAN, RestoreFormer or CodeFormer, or its name in the model
    folders."""
    detector: FileOrName = Field("yunet", min_length=1)
    """What finds the faces, OpenCV's detector YuNet: the path of its file, its name in the model folders, or
    yunet for face_detection_yunet_2023mar.onnx there."""
    strength: float = Field(1.0, ge=0, le=1)
    """Share of the restored faces in the image."""
    fidelity: float = Field(0.5, ge=0, le=1)
    """For CodeFormer: 0 restores the most, 1 stays the closest to the generated face."""


class ImageControl(ImageGroup):
    """One ControlNet unit, or with the module `reference_only` one that refers to its image without one."""

    module: FilmModule = "none"
    """Preprocessor of the control image: edges, lines, depth, normals, poses, segments, tones, less detail,
    or none. With `reference_only` the model itself attends to the image, and no ControlNet is needed."""
    model: FileOrName = Field("", validate_default=True)
    """A ControlNet for the model's base: file, folder, name in the model folders, or hub id."""
    image: InputImage = ""
    """Path of the control image; empty takes the init image."""
    task: Task = "none"
    """What the control image shows, for a union ControlNet; left open, what `module` makes."""
    preprocessor_model: FileOrName = ""
    """The preprocessor's own network (ViTPose for `openpose`): a folder as transformers saves it, its name in
    the model folders, or a hub id; left out, the first in the model folders that is one."""
    preprocessor_detector: FileOrName = ""
    """The network that finds the people for `openpose`, such as RT-DETR: named in the same way."""
    weight: float = Field(1.0, ge=0, le=10)
    """Strength of the guidance."""
    start: float = Field(0.0, ge=0, le=1)
    """Fraction of the sampler steps at which it begins."""
    end: float = Field(1.0, ge=0, le=1)
    """Fraction of the sampler steps at which it ends."""
    control_mode: ControlMode = "balanced"
    """balanced, or more weight on the prompt or on the control image."""
    guess_mode: StrictBool = False
    """Guide without a prompt, whatever the control mode: the network acts on the prompt's share only."""
    mask: InputImage = ""
    """Path of an image: white is guided, black is not; empty guides everywhere."""
    resize: Literal["stretch", "crop", "pad"] = "crop"
    """Fit of a control image of another aspect ratio."""
    processor_res: int = Field(0, ge=0, le=MAX_SIDE)
    """Shorter side in pixels at which the preprocessor works; 0 is the image's size."""
    threshold_a: float | None = Field(None, ge=0, le=1000)
    """The preprocessor's first number, such as canny's lower threshold; see docs/controlnet.md."""
    threshold_b: float | None = Field(None, ge=0, le=1000)
    """Its second number, such as canny's upper threshold."""

    @property
    def is_reference(self) -> bool:
        """True for a unit without a ControlNet, which refers to its image."""
        return self.module == REFERENCE

    @field_validator("model")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if value.strip() or info.data.get("module") == REFERENCE:
            return value
        raise PydanticCustomError("no_model", "field required: name a ControlNet")

    @field_validator("threshold_a")
    @classmethod
    def _fidelity(cls, value: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("module") == REFERENCE and (value or 0) > 1:
            raise PydanticCustomError("fidelity", "is the style fidelity of reference_only; expected 0 to 1")
        return value


class ImageAdapter(ImageGroup):
    """One IP-Adapter and the images that act like a prompt."""

    model: FileOrName = Field(min_length=1)
    """An IP-Adapter for the model's base: file, folder, or name in the model folders."""
    encoder: FileOrName = ""
    """Its image encoder, a CLIP vision model: folder, file, or name. Left out, the one that fits and lies in
    `image_encoder` beside the adapter, or in the model folders."""
    images: Annotated[InputImages, Field(max_length=MOST_IMAGES)] = ()
    """Paths of images that act together; none takes the init image."""
    weight: float = Field(1.0, ge=0, le=10)
    """Strength of the images."""
    start: float = Field(0.0, ge=0, le=1)
    """Fraction of the sampler steps at which they begin to act."""
    end: float = Field(1.0, ge=0, le=1)
    """Fraction of the sampler steps at which they end."""
    mask: InputImage = ""
    """Path of an image: they act where it is white, not where it is black; empty for everywhere."""


class FreeUSettings(ImageGroup):
    """Weights of the U-Net's coarse stages (FreeU)."""

    b1: float = Field(1.3, gt=0, le=4)
    """Factor of the backbone's features in the coarsest stage."""
    b2: float = Field(1.4, gt=0, le=4)
    """The same in the next stage."""
    s1: float = Field(0.9, gt=0, le=4)
    """Factor of the skip connections' low frequencies in the coarsest stage."""
    s2: float = Field(0.2, gt=0, le=4)
    """The same in the next stage."""
    start: float = Field(0.0, ge=0, le=1)
    """Fraction of the sampler steps after which it begins."""
    end: float = Field(1.0, ge=0, le=1)
    """Fraction of the sampler steps at which it ends."""


class DeepShrinkSettings(ImageGroup):
    """Coarse steps on a smaller grid, for sizes beyond what the model was trained at (Kohya's hires fix)."""

    block: int = Field(3, ge=1, le=32)
    """Input block of the U-Net behind which the grid is shrunk."""
    factor: float = Field(2.0, ge=1, le=8)
    """Divisor of the grid's sides."""
    start: float = Field(0.0, ge=0, le=1)
    """Fraction of the sampler steps after which it begins."""
    end: float = Field(0.35, ge=0, le=1)
    """Fraction of the sampler steps at which it ends."""
