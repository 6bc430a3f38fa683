"""Settings of the generation of frames."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from animator.settings.effect import Always, Condition, Fact
from animator.settings.fields import (
    Count,
    NotNegative,
    RangedSchedule,
    Real,
    SamplerText,
    SeedNumber,
    Text,
    Unit,
    Whole,
)
from animator.settings.group import FlowMethod, SettingsGroup, StrictBool
from animator.settings.inputs import masks_area, samples_noise
from animator.settings.needs import Exceeds, InMode, Is, IsOn
from animator.settings.paths import FileOrName, FilesOrNames, Folders, InputImage
from animator.settings.scheduled import Scheduled
from schedules import SeedBehavior

if TYPE_CHECKING:
    from animator.settings.animation import Animation

_HAS_INPUT = InMode("source", ("last", "clip"))
_HAS_TWEENS = Exceeds("diffusion.cadence", 1)
_BLENDS_FLOW = _HAS_TWEENS & Is("diffusion.cadence_blend", ("fade", "lookahead"))
_IS_VIDEO = _HAS_TWEENS & Is("diffusion.cadence_blend", ("video",))
_DDIM = Fact(partial(samples_noise, kind="ddim_eta"), "the sampler DDIM")
_ANCESTRAL = Fact(partial(samples_noise, kind="ancestral_eta"), "a sampler called a or SDE")


def _begins_over_image(film: "Animation") -> bool:
    return film.begins_over_image


def _names_refiner(film: "Animation") -> bool:
    return any(film.diffusion.text_schedule("refiner").values(film.scope))


def _has_another_size(film: "Animation") -> bool:
    return film.diffusion.seed_resize_from != film.size


def _tiling(value: Any) -> Any:
    """Returns x or y for these letters in any case; returns other values as they are."""
    text = value.strip().lower() if isinstance(value, str) else value
    if isinstance(text, bool) or text in ("x", "y"):
        return text
    if text in ("true", "false"):
        return text == "true"
    raise PydanticCustomError("tiling", "expected true, false, x or y")


LatentSide = Annotated[int, Field(ge=8, le=8192, multiple_of=8)]
"""A side of an image in pixels, of which a latent has one for every 8."""


@dataclass(frozen=True, kw_only=True)
class DiffusionPlan:
    """The values of `Diffusion` at one frame."""

    strength: Annotated[Unit, _HAS_INPUT | _HAS_TWEENS] = 0.65
    """Amount of the previous frame that is kept; 1 - strength is the denoising strength."""
    steps: Annotated[int, RangedSchedule(1.0, 1000.0)] = 25
    """Sampler steps of a full generation; steps - strength * steps of them run, at least one. Left
    open, what suits the model."""
    cfg_scale: NotNegative = 7
    """Classifier-free guidance scale; up to 1 the negative prompt has no effect. Left open,
    what suits the model."""
    cfg_rescale: Unit = 0
    """Share of the contrast that a high `cfg_scale` distorts which is brought back to that of the prompt."""
    distilled_cfg_scale: NotNegative = 0
    """Guidance scale of guidance-distilled models, such as Flux dev; `cfg_scale` then guides by the negative
    prompt. 0 gives them `cfg_scale`."""
    image_cfg_scale: NotNegative = 1.5
    """Image guidance scale of InstructPix2Pix checkpoints: how much of the previous frame they keep."""
    sampler: SamplerText = "Euler a"
    """Sampler by name, with a schedule type if wanted: `DPM++ 2M Karras`; may change by frame."""
    seed_schedule: Annotated[SeedNumber, Is("diffusion.seed_behavior", (SeedBehavior.SCHEDULE,))]
    """Seed by frame, for `seed_behavior: schedule`; `s` is the base seed."""
    subseed: Annotated[Whole, Exceeds("diffusion.subseed_strength")] = -1
    """A second seed, toward whose noise `subseed_strength` blends."""
    subseed_strength: Unit = 0
    """Amount by which the noise is blended toward that of the subseed."""
    noise_multiplier: Annotated[NotNegative, _HAS_INPUT] = 1
    """Factor on the noise added to the previous frame; slightly above 1 adds detail."""
    clip_skip: Annotated[int, RangedSchedule(1.0, 64.0)] = 1
    """1 reads the text encoder's last layer, 2 the one before."""
    ddim_eta: Annotated[NotNegative, _DDIM] = 0
    """Fresh noise in each step of DDIM: 0 none, 1 as much as DDPM."""
    ancestral_eta: Annotated[NotNegative, _ANCESTRAL] = 1
    """Fresh noise in each step of the samplers called `a` and SDE."""
    checkpoint: Text = ""
    """Checkpoint by frame; empty is the film's model."""
    refiner: Text = ""
    """Checkpoint by frame that makes the last steps: one of the same base, such as SDXL's refiner for SDXL;
    empty for none."""
    refiner_share: Annotated[Unit, Fact(_names_refiner, "diffusion.refiner")] = 0.8
    """Share of the steps before the refiner; steps that `strength` skips count."""
    cadence: Count = 1
    """Every cadence-th frame is generated, and cuts (strength 0) between them; the others are warped and
    blended. Left open, what suits the model."""
    cadence_flow_factor: Annotated[Real, _BLENDS_FLOW & IsOn("diffusion.optical_flow_cadence")] = 1
    """Factor on the flow along which in-betweens move."""
    tween_steps: Annotated[int, RangedSchedule(1.0, 1000.0), _IS_VIDEO] = 30
    """Steps in which `tween_model` generates the in-betweens that lead to a frame; 8 for distilled models."""
    tween_guidance: Annotated[NotNegative, _IS_VIDEO] = 5
    """Classifier-free guidance scale of `tween_model`: about 5 for Wan, 3 for LTX, 1 for distilled models."""
    redo_flow_factor: Annotated[Real, InMode("prepares") & IsOn("diffusion.optical_flow_redo_generation")] = 1
    """Factor on the flow along which the image moves to the preview."""


class Diffusion(Scheduled[DiffusionPlan]):
    """Generation of a frame from the previous one."""

    effective_when: ClassVar[Condition] = Always()

    seed: int = Field(-1, ge=-1, le=2**64 - 1)
    """-1 picks a random seed when a run starts; the run's preset.yaml records it."""
    seed_behavior: SeedBehavior = SeedBehavior.ITER
    """Change of the seed from one generated frame to the next; `schedule` uses `seed_schedule`."""
    seed_iter_n: Annotated[int, Is("seed_behavior", (SeedBehavior.ITER,))] = Field(1, ge=1, le=1_000_000)
    """`iter` keeps each seed for this many generated frames."""
    seed_resize_from: Annotated[
        tuple[LatentSide, LatentSide] | None, Fact(_has_another_size, "another size than the film's")
    ] = None
    """Width and height of frames whose noise is in the middle of these: the same seed composes alike at
    another size. null for none."""
    tiling: Annotated[bool | Literal["x", "y"], BeforeValidator(_tiling)] = False
    """Seamless frames: left and right, top and bottom edges fit together; x is left and right alone, y top
    and bottom."""
    vae: FileOrName = ""
    """Another VAE: a file, a diffusers folder, or a name in the model folders."""
    architecture: FileOrName = ""
    """A diffusers folder whose JSON describes a single-file model of unusual architecture."""
    parts: FileOrName = ""
    """A diffusers folder, or its name in the model folders, with the text encoders and the VAE of a model
    whose file holds its network alone. Left open, the first in the model folders that fits."""
    text_encoders: FilesOrNames = ()
    """Files of text encoders that replace those of `parts`: paths, or names in the model folders."""
    model_folders: Folders = ("models",)
    """Folders in which checkpoints, LoRA files and textual inversions are found by name."""
    speed: Literal["auto", "eager", "compiled"] = "auto"
    """eager, or compiled for the device; auto compiles where it pays."""
    precision: Literal["auto", "fp32", "fp16", "bf16", "vae-bf16"] = "auto"
    """Precision of the model; vae-bf16 is bf16 for the VAE alone. auto is half precision on GPUs; on CPUs it
    is fp32, or in long films bf16 where a measurement finds it faster. CPUs take fp16 as fp32."""
    memory: Literal["auto", "low"] = "auto"
    """low offloads the parts of the model that are not in use."""
    cadence_keys: Annotated[StrictBool, _HAS_TWEENS] = False
    """Also generate every frame that has a prompt or strength key."""
    cadence_warp: Annotated[
        Literal["composed", "chained"],
        _HAS_TWEENS & Is("cadence_blend", ("fade",)) & Is("optical_flow_cadence", ("none",)),
    ] = "composed"
    """composed samples the generated image once through all motions; chained warps frame after frame."""
    cadence_blend: Annotated[Literal["fade", "lookahead", "video"], _HAS_TWEENS] = "fade"
    """fade generates a group's first frame and fades it in over the group; lookahead generates the last one
    first and leads up to it: the old image moves forward and the new one back, without double images; video
    generates the last one first, too, and has `tween_model` generate the frames that lead up to it."""
    tween_model: Annotated[FileOrName, _IS_VIDEO] = ""
    """A video model that generates in-betweens: a diffusers folder of Wan first-last-frame or of LTX-Video,
    or its name in the model folders."""
    optical_flow_cadence: Annotated[FlowMethod, _BLENDS_FLOW] = "none"
    """Optical flow method by which in-betweens follow the flow from the old image to the new one."""
    optical_flow_redo_generation: Annotated[FlowMethod, InMode("prepares")] = "none"
    """Generate a preview, warp the image along the optical flow to it, then generate the frame."""
    diffusion_redo: Annotated[int, InMode("prepares")] = Field(0, ge=0, le=50)
    """Generate each frame this many more times, each time from the last result."""


class Init(SettingsGroup):
    """The image that the film starts from."""

    effective_when: ClassVar[Condition] = _HAS_INPUT | Fact(masks_area, "a mask")

    image: InputImage = ""
    """Path or URL of the image that the first frame is generated from; empty starts from the prompt alone."""
    strength: Annotated[
        float, _HAS_INPUT & Fact(_begins_over_image, "an image that the film begins with, such as init.image")
    ] = Field(0.8, ge=0, le=1)
    """Amount of the image that the first frame keeps; 1 - strength is the denoising strength."""
