"""/sdapi/v1/png-info: how an image was made, as its file says."""

import io
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from animator.core.printable import printable
from animator.errors import UserError
from animator.images.exif_comment import read_user_comment
from animator.images.image_file import decode_bytes
from animator.images.png_chunks import read_texts
from animator.presets.infotext import Infotext
from animator.presets.records import PARAMETERS
from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.errors import BadImageError
from animator.server.images.request_files import decode_base64

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class PngInfoBody(BaseModel):
    """An image with its metadata."""

    image: Annotated[str, Field(description="PNG, JPEG or WebP in base64.")] = ""


class PngInfo(BaseModel):
    """How an image was made."""

    info: str = Field(description="Its infotext; empty where it has none.")
    items: dict[str, str] = Field(description="Every text in the file.")
    parameters: dict[str, str] = Field(description="The fields of the infotext, with the prompts.")


@router.post(
    "/png-info",
    operation_id="sdapi_png_info",
    responses={404: {"model": Detail}},
    summary="How an image was made",
)
def png_info(body: PngInfoBody) -> PngInfo:
    """Reads the infotext of an image."""
    if not body.image:
        raise HTTPException(404, "Image not found")
    data = decode_base64(body.image)
    try:
        decode_bytes(data, "the image")
    except UserError as error:
        raise BadImageError(f"Invalid encoded image: {error}") from error
    file = io.BytesIO(data)
    texts = read_texts(file)
    infotext = texts.get(PARAMETERS) or read_user_comment(file)
    if infotext:
        texts[PARAMETERS] = infotext
    return PngInfo(
        info=printable(infotext),
        items={printable(name): printable(text) for name, text in texts.items()},
        parameters=_parameters(infotext) if infotext else {},
    )


def _parameters(infotext: str) -> dict[str, str]:
    parsed = Infotext.parse(infotext)
    fields = {"Prompt": parsed.positive, "Negative prompt": parsed.negative, **parsed.fields}
    return {printable(name): printable(text) for name, text in fields.items()}
