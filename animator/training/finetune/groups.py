"""The groups of a training's settings: images, optimizer, loss, previews, and those of each kind."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from animator.generation.groups import PromptText, SamplerName, Size
from animator.models.diffusion.hypernetwork.load import ACTIVATIONS
from animator.settings.choices import OneOf
from animator.settings.effect import Always, Condition
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import InputFile, PathSetting
from animator.training.finetune.rates import RateSchedule

Initialization = Literal["normal", "xavier-uniform", "xavier-normal", "kaiming-uniform", "kaiming-normal"]


def _as_rate(value: Any) -> Any:
    """Returns the text of a learning rate; a number becomes one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(value)
    if isinstance(value, str) and value.strip():
        try:
            RateSchedule.parse(value)
        except ValueError as error:
            raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error
    return value


ImageFolder = Annotated[str, PathSetting("folder")]
RateText = Annotated[str, BeforeValidator(_as_rate)]


class TrainingGroup(SettingsGroup):
    """Settings of a training that belong together."""

    effective_when: ClassVar[Condition] = Always()


class ConceptSettings(TrainingGroup):
    """Images of one thing, style or word, and what they are called."""

    folder: ImageFolder
    """Folder of images; a text file of the same name beside an image is its caption."""
    prompt: PromptText = ""
    """What the images show, where `data.captions` is `prompt`, and the template's `[name]` otherwise; left
    open, the training's name."""
    class_prompt: PromptText = ""
    """What images of the whole class show, such as `photo of a dog`: they are trained, too, so that the model
    does not forget them (prior preservation). Empty for none."""
    class_folder: ImageFolder = ""
    """Folder of images of the class; missing ones are generated in the run folder."""
    class_images: int = Field(0, ge=0, le=10_000)
    """Number of class images; 0 takes those of the folder, or four for each instance image."""
    repeats: int = Field(1, ge=1, le=1000)
    """Times that each image is seen in one pass over all."""


class DataSettings(TrainingGroup):
    """How images and captions are used."""

    captions: Literal["auto", "files", "names", "prompt"] = "auto"
    """The `[filewords]` of an image: its text file (files), its file's name (names), or nothing (prompt).
    auto takes text files where there are any, else nothing if the concept has a prompt, else names."""
    template: PromptText = ""
    """Text of the prompts, in which `[name]` and `[filewords]` are replaced; several lines are drawn from.
    Left open, what suits the kind."""
    template_file: InputFile = ""
    """A text file with such lines, in place of `template`."""
    fit: Literal["buckets", "crop", "resize", "keep"] = "buckets"
    """Images of other aspect ratios: buckets trains sizes of about the same area and crops little; crop cuts
    to the size; resize stretches to it; keep leaves their sizes as they are."""
    flip: StrictBool = False
    """Mirror half of the images, left to right."""
    alpha: Literal["black", "weight"] = "black"
    """Transparency of an image: over black; or the weight of each pixel in the loss."""
    caption_dropout: float = Field(0.0, ge=0, le=1)
    """Share of examples whose prompt is left out, so that guidance keeps its meaning."""
    shuffle_tags: StrictBool = False
    """Shuffle the parts of `[filewords]` between commas."""


class OptimizerSettings(TrainingGroup):
    """How gradients change the weights (AdamW)."""

    weight_decay: float = Field(0.01, ge=0, le=1)
    """Weight decay, relative to the learning rate."""
    warmup: int = Field(0, ge=0, le=100_000)
    """First steps over which the learning rate rises."""
    clip: float = Field(1.0, ge=0, le=1000)
    """Largest norm of the gradient, or of one of its values with clip_by `value`; 0 does not clip."""
    clip_by: Literal["norm", "value"] = "norm"
    """What is clipped: the norm of all gradients, or each value."""


class LossSettings(TrainingGroup):
    """What is asked of the model."""

    noise_offset: float = Field(0.0, ge=0, le=1)
    """Noise that is the same all over an image, for darker and brighter images than the model makes."""
    min_snr: float = Field(0.0, ge=0, le=100)
    """Limit of the signal-to-noise ratio by which timesteps are weighted (Hang et al. 2023); 5 is usual, 0
    weights all alike."""
    prior_weight: float = Field(1.0, ge=0, le=100)
    """Weight of class images."""


class FlowSettings(TrainingGroup):
    """Noise levels of flow-matching models (Stable Diffusion 3, Flux and others)."""

    timesteps: Literal["logit-normal", "uniform"] = "logit-normal"
    """How noise levels are drawn: logit-normal has those in the middle more often (Esser et al. 2024)."""
    shift: float | None = Field(None, gt=0, le=100)
    """Shift of noise levels; more than 1 has much noise more often. Left open, the model's own where it is
    one number, and 1 where it follows from the size of images."""
    guidance: float = Field(1.0, ge=0, le=100)
    """Guidance scale in training, for a network that takes it as an input, such as Flux dev's."""


class PreviewSettings(TrainingGroup):
    """Sheets of images during the training, of the same prompts and seeds."""

    every: int = Field(0, ge=0, le=1_000_000)
    """Steps between two sheets; 0 for one before and one at the end."""
    prompts: Annotated[tuple[PromptText, ...], Field(max_length=64)] = ()
    """What they show; left open, the first templates with the name."""
    negative_prompt: PromptText = ""
    """What they should not show."""
    seed: int = Field(0, ge=0, le=2**32 - 1)
    """Seed of the first image; the next ones follow."""
    steps: int | None = Field(None, ge=1, le=1000)
    """Sampler steps; left open, what suits the model."""
    cfg_scale: float | None = Field(None, ge=0, le=100)
    """Guidance scale; left open, what suits the model."""
    sampler: SamplerName | None = None
    """Sampler by name; left open, Euler a, and Euler for flow-matching models."""
    size: Size | None = None
    """Width and height; left open, that of the training."""


class LoraSettings(TrainingGroup):
    """A LoRA: small matrices that are added to layers."""

    rank: int = Field(8, ge=1, le=1024)
    """Inner size of the matrices; more learns more, and makes a larger file."""
    alpha: float | None = Field(None, gt=0, le=4096)
    """Scale of what is added, as a share of the rank: alpha / rank; left open, the rank."""
    layers: Literal["attention", "transformer", "all"] = "transformer"
    """Layers that are changed: those of attention, all of the transformer blocks, or convolutions, too."""
    dropout: float = Field(0.0, ge=0, le=0.95)
    """Share of their inputs that is left out in each step."""
    format: Literal["kohya", "diffusers"] | None = None
    """Names of the layers in the file: kohya's and A1111's, which diffusers reads, too; or diffusers' own.
    Left open, kohya's, and diffusers' for flow-matching models."""


class DreamboothSettings(TrainingGroup):
    """A model of its own."""

    format: Literal["diffusers", "safetensors"] = "diffusers"
    """What is written: a diffusers folder; or one .safetensors file in the layout of A1111 and ComfyUI."""


class EmbeddingSettings(TrainingGroup):
    """An embedding (textual inversion): vectors in place of a word."""

    initial_text: PromptText = "*"
    """Words whose vectors the training starts from; `0` for zeros."""
    vectors: int = Field(1, ge=1, le=75)
    """Vectors per token, of the 75 that a prompt has."""


class HypernetworkSettings(TrainingGroup):
    """A hypernetwork: small networks that change what attention sees."""

    modules: Annotated[tuple[int, ...], Field(max_length=16)] = ()
    """Widths of the attention inputs that get a network; left open, all of the model's."""
    layers: Annotated[tuple[float, ...], Field(min_length=2, max_length=16)] = (1, 2, 1)
    """Widths of a network's layers as multiples of its input's; the first and the last are 1."""
    activation: Annotated[str, OneOf(tuple(ACTIVATIONS))] = "linear"
    """What follows each layer."""
    activate_output: StrictBool = False
    """The activation follows the last layer, too."""
    initialization: Initialization = "normal"
    """The first weights."""
    layer_norm: StrictBool = False
    """A layer norm follows each layer."""
    format: Literal["safetensors", "pt"] = "safetensors"
    """File: .safetensors, which films read without asking; or A1111's .pt, which can run code when read."""
    dropouts: Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], Field(max_length=16)] = ()
    """Dropout after each of the layers, as many numbers as layers; left open, none."""
