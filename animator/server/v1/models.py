"""The models that settings may name, and images of what they make."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from animator.core.read import UnreadableError, open_regular
from animator.models.diffusion.checkpoints.description import describe_model
from animator.models.diffusion.checkpoints.inventory import ModelEntry, model_entries
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.model_info import size_of
from animator.server.context import Context, ServerContext
from animator.server.errors import NotFoundError
from animator.server.files.frame_image import jpeg_of
from animator.server.problems import problem_responses
from animator.server.v1.frames import Quality, Width

router = APIRouter(prefix="/api/v1", tags=["catalog"])


class ModelView(BaseModel):
    """A model."""

    name: str = Field(description="Its name in settings, such as in `model`.")
    kind: str = Field(description="Such as `diffusers model`, `checkpoint`, `lora`, `vae` or `broken file`.")
    family: str = Field(description="Such as `sd1` or `sdxl`; empty where it is unknown.")
    size: int | None = Field(description="Bytes; null where it cannot be read.")
    sha256: str | None = Field(description="Null until it is computed: ask again later.")
    problem: str = Field(description="What is wrong with a broken file.")
    precision: str = Field(description="How the numbers of a network are stored, such as `fp8` or `Q4_K`.")
    rest: str = Field(description="Of a file with a network alone: where its text encoders and VAE are.")
    title: str = Field(description="Its name where it comes from; empty where none is given.")
    description: str = Field(description="What its metadata, or the files beside it, say of it.")
    base: str = Field(description="The model that it belongs to, in the words of whoever made it.")
    trigger_words: list[str] = Field(description="Words in a prompt that bring it out.")
    has_preview: bool = Field(description="True where `preview` has an image of what it makes.")


class ModelList(BaseModel):
    """The models of a server."""

    models: list[ModelView]


@router.get("/models", operation_id="list_models", responses=problem_responses(), summary="List models")
def list_models(context: Context) -> ModelList:
    """Lists the built-in model, those in the server's model folders, and those in the hub's cache."""
    return ModelList(models=[_view(entry, context) for entry in model_entries(context.options.model_folders)])


@router.get(
    "/models/preview",
    operation_id="get_model_preview",
    response_class=Response,
    responses={
        200: {"description": "A JPEG image.", "content": {"image/jpeg": {}}},
        **problem_responses(404, 422),
    },
    summary="Get the preview of a model",
)
def get_model_preview(
    context: Context,
    name: Annotated[str, Query(max_length=1000, description="As in the list of models.")],
    quality: Quality = 80,
    width: Width = None,
) -> Response:
    """Returns the image beside a model's file that shows what it makes."""
    files = Library(context.options.model_folders).files
    preview = next((describe_model(path).preview for path in files if path.name == name), None)
    if preview is None:
        raise NotFoundError(f"model {name:.80}: has no preview")
    try:
        with open_regular(preview) as file:
            image = jpeg_of(file, preview.name, quality, width)
    except UnreadableError as error:
        raise NotFoundError(f"model {name:.80}: its preview {error}") from error
    return Response(image, media_type="image/jpeg", headers={"Cache-Control": "no-cache"})


def _view(entry: ModelEntry, context: ServerContext) -> ModelView:
    try:
        size = size_of(entry.path)
    except OSError:
        size = None
    described = describe_model(entry.path)
    return ModelView(
        name=entry.name,
        kind=entry.what,
        family=entry.family,
        size=size,
        sha256=context.model_hashes.get(entry.path),
        problem=entry.problem,
        precision=entry.precision,
        rest=entry.rest,
        title=described.title,
        description=described.text,
        base=described.base,
        trigger_words=list(described.trigger_words),
        has_preview=described.preview is not None,
    )
