"""The models that settings may name."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from animator.models.diffusion.checkpoints.inventory import ModelEntry, model_entries
from animator.models.diffusion.checkpoints.model_info import size_of
from animator.server.context import Context, ServerContext
from animator.server.problems import problem_responses

router = APIRouter(prefix="/api/v1", tags=["catalog"])


class ModelView(BaseModel):
    """A model."""

    name: str = Field(description="Its name in settings, such as in `model`.")
    kind: str = Field(description="Such as `diffusers model`, `checkpoint`, `lora`, `vae` or `broken file`.")
    family: str = Field(description="Such as `sd1` or `sdxl`; empty where it is unknown.")
    size: int | None = Field(description="Bytes; null where it cannot be read.")
    sha256: str | None = Field(description="Null until it is computed: ask again later.")
    problem: str = Field(description="What is wrong with a broken file.")


class ModelList(BaseModel):
    """The models of a server."""

    models: list[ModelView]


@router.get("/models", operation_id="list_models", responses=problem_responses(), summary="List models")
def list_models(context: Context) -> ModelList:
    """Lists the built-in model, those in the server's model folders, and those in the hub's cache."""
    return ModelList(models=[_view(entry, context) for entry in model_entries(context.options.model_folders)])


def _view(entry: ModelEntry, context: ServerContext) -> ModelView:
    try:
        size = size_of(entry.path)
    except OSError:
        size = None
    return ModelView(
        name=entry.name,
        kind=entry.what,
        family=entry.family,
        size=size,
        sha256=context.model_hashes.get(entry.path),
        problem=entry.problem,
    )
