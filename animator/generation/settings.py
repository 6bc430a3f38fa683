"""`ImageSettings`: everything that says how images are generated."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from animator.generation.groups import (
    DeepShrinkSettings,
    FreeUSettings,
    Hires,
    ImageAdapter,
    ImageControl,
    ImageFaces,
    ImageGroup,
    ImageMask,
    ImageRefiner,
    InitImage,
    Outpaint,
    PromptText,
    SamplerName,
    Size,
)
from animator.settings.controlnet import MOST_UNITS
from animator.settings.group import StrictBool
from animator.settings.ip_adapter import MOST_UNITS as MOST_ADAPTERS
from animator.settings.paths import FileOrName, FilesOrNames, Folders, InputFile

MAX_COUNT, MAX_BATCH = 1000, 64
Tiling = Annotated[bool, Field(strict=True)] | Literal["x", "y"]


class ImageSettings(ImageGroup):
    """Everything that says how images are generated; frozen, and valid once it exists."""

    prompt: PromptText = ""
    """What the image shows; LoRA files, weights and the like as in a film's prompts."""
    negative_prompt: PromptText = ""
    """What it should not show."""
    styles: tuple[str, ...] = ()
    """Names of styles, whose texts are added to both prompts."""
    styles_file: InputFile = "styles.csv"
    """A table of styles in A1111's form; read only where `styles` names some."""
    model: FileOrName = "starter"
    """The model: `starter`, a file, a diffusers folder, a name in the model folders, a hub id."""
    size: Size | None = None
    """Width and height; left open, what suits the model, with an init image at most that area in its aspect
    ratio."""
    seed: int = Field(-1, ge=-1, le=2**64 - 1)
    """Seed of the first image, the next ones follow; -1 picks one."""
    subseed: int = Field(-1, ge=-1, le=2**64 - 1)
    """A second seed, toward whose noise `subseed_strength` blends; -1 picks one."""
    subseed_strength: float = Field(0.0, ge=0, le=1)
    """Amount by which the noise is blended; above 0 the seed stays, and the subseeds follow each other."""
    seed_resize: Size | None = None
    """Size of an image of this seed, which is composed alike at the new size."""
    count: Annotated[int, Field(ge=1, le=MAX_COUNT)] | None = None
    """Number of images; left open, one batch."""
    batch: int = Field(1, ge=1, le=MAX_BATCH)
    """Images that are generated at once."""
    exact: StrictBool = False
    """Give an image of a batch the same bits as alone, one after the other; else they differ by rounding."""
    steps: int | None = Field(None, ge=1, le=1000)
    """Sampler steps; left open, what suits the model."""
    cfg_scale: float | None = Field(None, ge=0, le=100)
    """Guidance scale; left open, what suits the model."""
    cfg_rescale: float = Field(0.0, ge=0, le=1)
    """Share of the guided output whose contrast is brought back to that of the prompt's own."""
    distilled_cfg_scale: float | None = Field(None, ge=0, le=100)
    """Guidance scale that a distilled model, such as Flux dev, gets as an input; left open, cfg_scale."""
    image_cfg_scale: float = Field(1.5, ge=0, le=100)
    """Image guidance scale of InstructPix2Pix models: how much of the init image is kept."""
    sampler: SamplerName = "Euler a"
    """Sampler by name, with a schedule type if wanted: `DPM++ 2M Karras`."""
    clip_skip: int = Field(1, ge=1, le=64)
    """1 reads the text encoder's last layer, 2 the one before."""
    ddim_eta: float = Field(0.0, ge=0, le=1)
    """Fresh noise in each step of DDIM."""
    ancestral_eta: float = Field(1.0, ge=0, le=1)
    """Fresh noise in each step of the samplers called `a` and SDE."""
    tiling: Tiling = False
    """A seamless image: all edges fit together (true), left and right (x), or top and bottom (y)."""
    vae: FileOrName = ""
    """Another VAE: a file, a diffusers folder, or a name in the model folders."""
    parts: FileOrName = ""
    """A diffusers folder, or its name in the model folders, with the text encoders and the VAE of a model
    whose file holds its network alone. Left open, the first in the model folders that fits."""
    text_encoders: FilesOrNames = ()
    """Files of text encoders that replace those of `parts`: paths, or names in the model folders."""
    memory: Literal["auto", "low"] = "auto"
    """low offloads the parts of the model that are not in use."""
    depth_model: FileOrName = "starter"
    """The depth network of ControlNet's preprocessor."""
    model_folders: Folders = ("models",)
    """Folders in which models are found by name."""
    init: InitImage = InitImage()
    mask: ImageMask = ImageMask()
    outpaint: Outpaint = Outpaint()
    hires: Hires = Hires()
    face_restoration: ImageFaces = ImageFaces()
    refiner: ImageRefiner = ImageRefiner()
    freeu: FreeUSettings | None = None
    """FreeU; any of its settings, or {}, switches it on."""
    deep_shrink: DeepShrinkSettings | None = None
    """Kohya's hires fix; any of its settings, or {}, switches it on."""
    controlnet: Annotated[tuple[ImageControl, ...], Field(max_length=MOST_UNITS)] = ()
    """ControlNet units, whose residuals add up."""
    ip_adapter: Annotated[tuple[ImageAdapter, ...], Field(max_length=MOST_ADAPTERS)] = ()
    """IP-Adapters, each with images that act like a prompt."""

    @property
    def images(self) -> int:
        """Number of images."""
        return self.batch if self.count is None else self.count

    def with_(self, **changes: Any) -> "ImageSettings":
        """Returns a copy with other values, checked; files are not looked for.

        Raises:
            pydantic.ValidationError: A value is not valid.
        """
        return ImageSettings.model_validate({**self.model_dump(), **changes})

    @model_validator(mode="after")
    def _fits_together(self) -> "ImageSettings":
        if not self.init.image:
            needs = {"mask.image": bool(self.mask.image), "outpaint": self.outpaint.acts}
            for name in [name for name, is_used in needs.items() if is_used]:
                raise _misfit(f"{name}: needs an image to act on; give init.image")
        if self.mask.image and self.outpaint.acts:
            raise _misfit("outpaint: says what is generated, as mask.image does; give one of them")
        if self.hires.acts and (self.mask.image or self.outpaint.acts):
            raise _misfit("hires: its second pass would change what the mask keeps; leave one of them out")
        if self.init.resize == "latent" and self.init.image and (self.mask.image or self.outpaint.acts):
            raise _misfit("init.resize: a latent has no mask; choose stretch, crop or pad")
        return self


def _misfit(text: str) -> PydanticCustomError:
    return PydanticCustomError("missing_input", "{text}", {"text": text})
