"""/sdapi/v1/extra-single-image and extra-batch-images: images that are enlarged."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.images.work import Enlargement, Faces
from animator.server.context import Context, ServerContext
from animator.server.images.ask import make_images
from animator.server.images.request_files import RequestFiles, decode_image, request_files
from animator.server.sdapi.answers import as_base64
from animator.server.sdapi.bodies import MAX_SIDE
from animator.server.sdapi.faces import CODEFORMER, GFPGAN, faces_of
from animator.server.sdapi.generation import RESPONSES
from animator.server.sdapi.upscalers import upscaler_of

MAX_IMAGES = 100
router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=RESPONSES)


class ExtrasBody(BaseModel):
    """How images are enlarged."""

    model_config = ConfigDict(allow_inf_nan=False)

    resize_mode: Annotated[int, Field(ge=0, le=1, description="0 by a factor, 1 to a size.")] = 0
    show_extras_results: bool = True
    gfpgan_visibility: Annotated[float, Field(ge=0, le=1)] = 0
    codeformer_visibility: Annotated[float, Field(ge=0, le=1)] = 0
    codeformer_weight: Annotated[float, Field(ge=0, le=1)] = 0
    upscaling_resize: Annotated[float, Field(ge=1, le=8)] = 2
    upscaling_resize_w: Annotated[int, Field(ge=1, le=MAX_SIDE)] = 512
    upscaling_resize_h: Annotated[int, Field(ge=1, le=MAX_SIDE)] = 512
    upscaling_crop: bool = True
    upscaler_1: Annotated[str, Field(max_length=1000)] = "None"
    upscaler_2: Annotated[str, Field(max_length=1000)] = "None"
    extras_upscaler_2_visibility: Annotated[float, Field(ge=0, le=1)] = 0


class ExtraSingleBody(ExtrasBody):
    """An image to enlarge."""

    image: Annotated[str, Field(description="The image in base64.")] = ""


class FileData(BaseModel):
    """An image among several."""

    data: Annotated[str, Field(description="The image in base64.")]
    name: str = ""


class ExtraBatchBody(ExtrasBody):
    """Images to enlarge."""

    imageList: Annotated[list[FileData], Field(max_length=MAX_IMAGES)]  # noqa: N815 (the name in the API)


class ExtraSingleAnswer(BaseModel):
    """An enlarged image."""

    html_info: str
    image: str = Field(description="PNG file in base64.")


class ExtraBatchAnswer(BaseModel):
    """Enlarged images."""

    html_info: str
    images: list[str] = Field(description="PNG files in base64.")


@router.post("/extra-single-image", operation_id="sdapi_extra_single_image", summary="Enlarge an image")
async def extra_single_image(body: ExtraSingleBody, context: Context, request: Request) -> ExtraSingleAnswer:
    """Enlarges an image."""
    if not body.image:
        raise HTTPException(404, "Image not found")
    (image,) = await _enlarged(body, [body.image], context, request)
    return ExtraSingleAnswer(html_info=_html_info(body), image=image)


@router.post("/extra-batch-images", operation_id="sdapi_extra_batch_images", summary="Enlarge images")
async def extra_batch_images(body: ExtraBatchBody, context: Context, request: Request) -> ExtraBatchAnswer:
    """Enlarges images in the same way."""
    images = await _enlarged(body, [item.data for item in body.imageList], context, request)
    return ExtraBatchAnswer(html_info=_html_info(body), images=images)


async def _enlarged(
    body: ExtrasBody, images: list[str], context: ServerContext, request: Request
) -> list[str]:
    with request_files(context.options.request_files) as files:
        work = await run_sync(_work, body, images, context, files)
        task = await make_images(context, request, work)
    return [as_base64(image.png) for image in task.images]


def _work(body: ExtrasBody, images: list[str], context: ServerContext, files: RequestFiles) -> Enlargement:
    paths = tuple(files.add(decode_image(image).over_black) for image in images)
    by_size = body.resize_mode == 1
    second = body.upscaler_2.strip().lower() not in ("", "none")
    return Enlargement(
        images=paths,
        scale=None if by_size else body.upscaling_resize,
        size=(body.upscaling_resize_w, body.upscaling_resize_h) if by_size else None,
        crops=body.upscaling_crop,
        upscaler=upscaler_of(body.upscaler_1, context),
        second=upscaler_of(body.upscaler_2, context) if second else "",
        second_share=body.extras_upscaler_2_visibility,
        faces=_faces(body, context),
    )


def _faces(body: ExtrasBody, context: ServerContext) -> tuple[Faces, ...]:
    found = []
    if body.gfpgan_visibility:
        found.append(faces_of(GFPGAN, context, strength=body.gfpgan_visibility))
    if body.codeformer_visibility:
        strength, weight = body.codeformer_visibility, body.codeformer_weight
        found.append(faces_of(CODEFORMER, context, strength=strength, fidelity=weight))
    return tuple(found)


def _html_info(body: ExtrasBody) -> str:
    if body.resize_mode == 1:
        return f"Upscale to: {body.upscaling_resize_w}x{body.upscaling_resize_h}"
    return f"Upscale by: {body.upscaling_resize:g}"
