"""/v1/images/edits: an image that is generated anew where it, or a mask, is transparent."""

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request, UploadFile
from PIL import ImageChops
from pydantic import BaseModel, Field

from animator.errors import UserError
from animator.images.image_file import DecodedImage, decode_bytes
from animator.jobs.images.work import Generation
from animator.server.context import Context
from animator.server.errors import RequestError
from animator.server.images.ask import make_images
from animator.server.images.request_files import MAX_BYTES, RequestFiles, request_files
from animator.server.openai.answers import ImagesAnswer, images_answer
from animator.server.openai.errors import openai_responses
from animator.server.openai.fields import Count, Format, ModelName, Prompt, SizeText, settings_of

STRENGTH = 0.25
"""Amount of the image that an edit without a mask keeps."""
router = APIRouter(prefix="/v1/images", tags=["openai"], responses=openai_responses(429, 503))


class EditForm(BaseModel):
    """An image to edit; other fields are ignored."""

    image: Annotated[UploadFile, Field(description="The image; without a mask, what is clear is generated.")]
    mask: Annotated[UploadFile | None, Field(description="An image whose transparent part is generated.")] = (
        None
    )
    prompt: Prompt
    model: ModelName = None
    n: Count = 1
    size: SizeText = None
    response_format: Format = None


@router.post("/edits", operation_id="openai_edit_image", summary="Generate over an image")
async def edit_image(
    form: Annotated[EditForm, Form(media_type="multipart/form-data")], context: Context, request: Request
) -> ImagesAnswer:
    """Generates the transparent part of an image, or all of it where nothing is transparent."""
    settings = await run_sync(settings_of, form.prompt, form.model, form.n, form.size, context)
    image = await form.image.read()
    mask = None if form.mask is None else await form.mask.read()
    with request_files(context.options.request_files) as files:
        settings |= await run_sync(_edit_settings, image, mask, files)
        keep = form.response_format == "url"
        task = await make_images(context, request, Generation(settings), keep=keep)
    return await run_sync(images_answer, task, request)


def _edit_settings(data: bytes, cover: bytes | None, files: RequestFiles) -> dict[str, Any]:
    """Returns the settings of an edit.

    Raises:
        RequestError: An image cannot be decoded, or the mask is opaque.
    """
    image = _decoded(data, "image")
    masking = image if cover is None else _decoded(cover, "mask")
    source = files.add(image.color)
    if masking.alpha is not None:
        mask = {"image": files.add(ImageChops.invert(masking.alpha)), "full_res": False, "fill": "fill"}
        return {"init": {"image": source, "strength": 0.0}, "mask": mask}
    if cover is not None:
        raise RequestError("/mask", "mask: is opaque; expected a PNG that is transparent where it is edited")
    return {"init": {"image": source, "strength": STRENGTH}}


def _decoded(data: bytes, name: str) -> DecodedImage:
    if len(data) > MAX_BYTES:
        raise RequestError(f"/{name}", f"{name}: has more than {MAX_BYTES} bytes; scale it down")
    try:
        return decode_bytes(data, name)
    except UserError as error:
        raise RequestError(f"/{name}", str(error)) from error
