"""/v1/images/generations: images from a prompt, and the files of those that are kept."""

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from animator.jobs.images.work import Generation
from animator.server.context import Context
from animator.server.files.file_answer import answer_file
from animator.server.files.run_file import open_run_file
from animator.server.images.ask import kept_images, make_images
from animator.server.openai.answers import ImagesAnswer, images_answer
from animator.server.openai.errors import openai_responses
from animator.server.openai.fields import Count, Format, ModelName, Prompt, SizeText, settings_of

router = APIRouter(prefix="/v1/images", tags=["openai"])
_PNG: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The image.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Day = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
FileName = Annotated[str, Path(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}-[0-9]{1,4}\.png$")]


class GenerationsBody(BaseModel):
    """Images to generate; other fields are ignored."""

    prompt: Prompt
    model: ModelName = None
    n: Count | None = 1
    size: SizeText = None
    response_format: Format = None


@router.post(
    "/generations",
    operation_id="openai_generate_images",
    responses=openai_responses(429, 503),
    summary="Generate images",
)
async def generate_images(body: GenerationsBody, context: Context, request: Request) -> ImagesAnswer:
    """Generates images from a prompt."""
    settings = await run_sync(settings_of, body.prompt, body.model, body.n, body.size, context)
    keep = body.response_format == "url"
    task = await make_images(context, request, Generation(settings), keep=keep)
    return await run_sync(images_answer, task, request)


@router.get(
    "/files/{day}/{name}",
    operation_id="openai_get_image",
    response_class=Response,
    responses=_PNG | openai_responses(404, 416),
    summary="Get an image",
)
@router.head(
    "/files/{day}/{name}",
    operation_id="openai_head_image",
    response_class=Response,
    responses=_PNG | openai_responses(404, 416),
    summary="Ask whether an image is there",
)
def get_kept_image(day: Day, name: FileName, context: Context, request: Request) -> Response:
    """Returns an image that was kept for its URL."""
    return answer_file(request, open_run_file(kept_images(context.options.renders) / day, name), name)
