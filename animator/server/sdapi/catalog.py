"""The lists of A1111's API: models of every kind, styles, upscalers; empty where there is nothing."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from animator.core.confinement import named_path
from animator.generation.settings import ImageSettings
from animator.generation.styles import read_styles
from animator.models.diffusion.checkpoints.inventory import ModelEntry
from animator.models.diffusion.checkpoints.model_info import SHORT
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context, ServerContext
from animator.server.sdapi.faces import face_restorers
from animator.server.sdapi.models import checkpoints, entries_of, upscaler_files

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)
LATENT_MODES = (
    "Latent",
    "Latent (antialiased)",
    "Latent (bicubic)",
    "Latent (bicubic antialiased)",
    "Latent (nearest)",
    "Latent (nearest-exact)",
)
INTERPOLATIONS = ("None", "Lanczos", "Nearest")


class _View(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class SdModel(_View):
    """A diffusion model."""

    title: str = Field(description="What `sd_model_checkpoint` takes.")
    model_name: str
    hash: str | None = Field(description="Null until it is computed: ask again later.")
    sha256: str | None
    filename: str
    config: str | None = None


class SdVae(_View):
    """A VAE."""

    model_name: str
    filename: str


class SdUpscaler(_View):
    """What enlarges images."""

    name: str
    model_name: str | None = None
    model_path: str | None = None
    model_url: str | None = None
    scale: float | None = None


class Named(BaseModel):
    """Something with a name."""

    name: str


class SdFaceRestorer(BaseModel):
    """What restores faces."""

    name: str
    cmd_dir: str | None = None


class SdLora(BaseModel):
    """A LoRA file."""

    name: str
    alias: str
    path: str
    metadata: dict[str, Any] = {}


class SdHypernetwork(BaseModel):
    """A hypernetwork file."""

    name: str
    path: str


class SdStyle(BaseModel):
    """Texts that are added to both prompts."""

    name: str
    prompt: str
    negative_prompt: str


class SdEmbedding(_View):
    """A textual inversion."""

    step: int | None = None
    sd_checkpoint: str | None = None
    sd_checkpoint_name: str | None = None
    shape: int | None = None
    vectors: int | None = None


class SdEmbeddings(BaseModel):
    """Textual inversions by name."""

    loaded: dict[str, SdEmbedding]
    skipped: dict[str, SdEmbedding] = {}


@router.get("/sd-models", operation_id="sdapi_list_models", summary="List diffusion models")
def list_models(context: Context) -> list[SdModel]:
    """Lists the models of `sd_model_checkpoint`, the built-in one first."""
    return [_model(entry, context) for entry in checkpoints(context)]


@router.get("/sd-vae", operation_id="sdapi_list_vaes", summary="List VAEs")
def list_vaes(context: Context) -> list[SdVae]:
    """Lists the VAEs of `sd_vae`."""
    return [
        SdVae(model_name=entry.name, filename=str(entry.path)) for entry in entries_of(context, "vae", "vae")
    ]


@router.get("/upscalers", operation_id="sdapi_list_upscalers", summary="List upscalers")
def list_upscalers(context: Context) -> list[SdUpscaler]:
    """Lists what enlarges images."""
    networks = [
        SdUpscaler(name=entry.path.stem, model_name=entry.name, model_path=str(entry.path))
        for entry in upscaler_files(context)
    ]
    return [SdUpscaler(name=name) for name in INTERPOLATIONS] + networks


@router.get(
    "/latent-upscale-modes", operation_id="sdapi_list_latent_modes", summary="List ways to enlarge latents"
)
def list_latent_modes() -> list[Named]:
    """Lists the values of `hr_upscaler` that enlarge the latent."""
    return [Named(name=name) for name in LATENT_MODES]


@router.get("/loras", operation_id="sdapi_list_loras", summary="List LoRA files")
def list_loras(context: Context) -> list[SdLora]:
    """Lists the names that `<lora:NAME:0.8>` takes."""
    return [
        SdLora(name=entry.path.stem, alias=entry.path.stem, path=str(entry.path))
        for entry in entries_of(context, "lora", "lora")
    ]


@router.get("/hypernetworks", operation_id="sdapi_list_hypernetworks", summary="List hypernetworks")
def list_hypernetworks(context: Context) -> list[SdHypernetwork]:
    """Lists the names that `<hypernet:NAME:0.8>` takes."""
    return [
        SdHypernetwork(name=entry.path.stem, path=str(entry.path))
        for entry in entries_of(context, "hypernetwork", "hypernetworks")
    ]


@router.get("/embeddings", operation_id="sdapi_list_embeddings", summary="List textual inversions")
def list_embeddings(context: Context) -> SdEmbeddings:
    """Lists the names that prompts may have."""
    found = entries_of(context, "embedding", "embeddings")
    return SdEmbeddings(loaded={entry.path.stem: SdEmbedding() for entry in found})


@router.get("/prompt-styles", operation_id="sdapi_list_styles", summary="List styles")
def list_styles() -> list[SdStyle]:
    """Lists the styles in `styles.csv` in the folders of `--inputs`."""
    name = ImageSettings().styles_file
    if not named_path(name).is_file():
        return []
    return [
        SdStyle(name=style.name, prompt=style.prompt, negative_prompt=style.negative_prompt)
        for style in read_styles(name).values()
    ]


@router.get("/face-restorers", operation_id="sdapi_list_face_restorers", summary="List face restorers")
def list_face_restorers(context: Context) -> list[SdFaceRestorer]:
    """Lists what `face_restoration_model` takes: those whose files are in the model folders."""
    return [SdFaceRestorer(name=name) for name in face_restorers(context)]


@router.get(
    "/realesrgan-models", operation_id="sdapi_list_realesrgan_models", summary="List Real-ESRGAN models"
)
def list_realesrgan_models(context: Context) -> list[Named]:
    """Lists the Real-ESRGAN networks among the upscalers."""
    found = (entry.path.stem for entry in upscaler_files(context))
    return [Named(name=name) for name in found if "esrgan" in name.lower()]


def _model(entry: ModelEntry, context: ServerContext) -> SdModel:
    sha256 = context.model_hashes.get(entry.path)
    return SdModel(
        title=entry.name,
        model_name=entry.path.stem if entry.path.is_file() else entry.name,
        hash=sha256[:SHORT] if sha256 else None,
        sha256=sha256,
        filename=str(entry.path),
    )
