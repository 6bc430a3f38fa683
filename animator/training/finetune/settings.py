"""`TrainingSettings`: everything that says what is trained, on which images, and how."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from animator.generation.groups import PromptText, Size
from animator.settings.choices import FileStem
from animator.settings.group import StrictBool
from animator.settings.paths import FileOrName, Folders
from animator.training.finetune.groups import (
    ConceptSettings,
    DataSettings,
    DreamboothSettings,
    EmbeddingSettings,
    FlowSettings,
    HypernetworkSettings,
    ImageFolder,
    LoraSettings,
    LossSettings,
    OptimizerSettings,
    PreviewSettings,
    RateText,
    TrainingGroup,
)

Kind = Literal["lora", "dreambooth", "embedding", "hypernetwork"]
MAX_STEPS = 1_000_000
MAX_CONCEPTS = 100


class TrainingSettings(TrainingGroup):
    """Everything that says how something is trained; frozen, and valid once it exists."""

    kind: Kind = "lora"
    """What is trained: a LoRA, the model's own weights (dreambooth), an embedding, or a hypernetwork."""
    name: Annotated[FileStem, StringConstraints(pattern=r"^\w[\w .\-]*$")]
    """Name of the result, by which prompts call it: its file has this name."""
    model: FileOrName = "starter"
    """The model that is taught: `starter`, a file, a diffusers folder, a name in the model folders, or a hub
    id."""
    architecture: FileOrName = ""
    """A diffusers folder whose JSON describes a single-file model of unusual architecture."""
    model_folders: Folders = ("models",)
    """Folders in which models are found by name."""
    concepts: Annotated[tuple[ConceptSettings, ...], Field(min_length=1, max_length=MAX_CONCEPTS)]
    """The folders of images, each with what it shows."""
    steps: int | None = Field(None, ge=1, le=MAX_STEPS)
    """Updates of the weights; left open, what suits the kind."""
    rate: RateText = ""
    """Learning rate: `1e-4`; or one after the other, each until a step: `1e-3:100, 1e-4:500, 1e-5`. Left
    open, what suits the kind."""
    text_rate: RateText = ""
    """Learning rate of the text encoder, where it is trained; left open, that of the rest."""
    text_encoder: StrictBool | None = None
    """Train the text encoder, too; left open, what suits the kind. Embeddings and hypernetworks never do."""
    size: Size | None = None
    """Width and height of the images in training; left open, what suits the model."""
    batch: int = Field(1, ge=1, le=256)
    """Images in a step."""
    accumulate: int = Field(1, ge=1, le=256)
    """Batches whose gradients are added up for one step, for less memory than a larger batch takes."""
    seed: int = Field(0, ge=0, le=2**32 - 1)
    """Decides the order of images, their noise, and the first weights."""
    clip_skip: int = Field(1, ge=1, le=12)
    """1 reads the text encoder's last layer, 2 the one before, as the prompts of films do."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Precision in which networks compute; auto is bf16 on a GPU that has it, fp32 elsewhere. Weights that
    are trained are always fp32."""
    gradient_checkpointing: StrictBool = False
    """Compute parts of the network twice, for much less memory."""
    save_every: int = Field(250, ge=1, le=MAX_STEPS)
    """Steps between two states on disk, from which an interrupted training resumes."""
    out: ImageFolder = ""
    """Folder of the result; left open, `Lora`, `embeddings`, `hypernetworks` or
    `Stable-diffusion` in the first model folder."""
    overwrite: StrictBool = False
    """Replace a result of the same name."""
    trigger: PromptText = ""
    """Words that call what was learned, for the file's metadata; left open, the first instance's prompt."""
    data: DataSettings = DataSettings()
    optimizer: OptimizerSettings = OptimizerSettings()
    loss: LossSettings = LossSettings()
    flow: FlowSettings = FlowSettings()
    preview: PreviewSettings = PreviewSettings()
    lora: LoraSettings = LoraSettings()
    dreambooth: DreamboothSettings = DreamboothSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    hypernetwork: HypernetworkSettings = HypernetworkSettings()
