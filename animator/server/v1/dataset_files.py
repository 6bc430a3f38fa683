"""The files of data sets: images and captions, each sent as the body of a request."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from animator.core.read import UnreadableError, open_regular
from animator.errors import UserError
from animator.images.image_file import MAX_BYTES
from animator.server.context import Context
from animator.server.errors import NotFoundError
from animator.server.files.frame_image import jpeg_of
from animator.server.problems import problem_responses
from animator.server.v1.datasets import FileName, SetName
from animator.server.v1.frames import Quality, Width

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file.",
        "content": {"application/octet-stream": _BYTES},
    }
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": _BYTES, "image/jpeg": {}}}
}
router = APIRouter(prefix="/api/v1/datasets", tags=["trainings"])


@router.put(
    "/{name}/files/{file}",
    operation_id="put_dataset_file",
    status_code=204,
    responses=problem_responses(422, 507),
    openapi_extra=_BODY,
    max_body_size=MAX_BYTES,
    summary="Put a file into a data set",
)
async def put_dataset_file(name: SetName, file: FileName, context: Context, request: Request) -> None:
    """Stores an image, or the text file with the caption of the image of the same name.

    The data set is made with its first file; a file of the same name is replaced.
    """
    async with contextmanager_in_threadpool(context.datasets.receive(name, file)) as incoming:
        try:
            async for chunk in request.stream():
                if chunk:
                    await run_in_threadpool(incoming.write, chunk)
        except ClientDisconnect as error:
            raise UserError("the connection ended before the file was complete; send it again") from error


@router.get(
    "/{name}/files/{file}",
    operation_id="get_dataset_file",
    response_class=Response,
    responses=_CONTENT | problem_responses(404, 416, 422),
    summary="Get a file of a data set",
)
def get_dataset_file(
    name: SetName, file: FileName, context: Context, quality: Quality = 80, width: Width = None
) -> Response:
    """Returns the bytes of a file; with `width`, an image as a JPEG image of at most that width."""
    path = context.datasets.path(name, file)
    if width is None:
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(path, headers=headers, media_type="application/octet-stream", filename=file)
    try:
        with open_regular(path) as opened:
            image = jpeg_of(opened, file, quality, width)
    except UnreadableError as error:
        raise NotFoundError(f"file {file}: {error}") from error
    return Response(image, media_type="image/jpeg", headers={"Cache-Control": "no-cache"})


@router.delete(
    "/{name}/files/{file}",
    operation_id="delete_dataset_file",
    status_code=204,
    responses=problem_responses(404),
    summary="Delete a file of a data set",
)
def delete_dataset_file(name: SetName, file: FileName, context: Context) -> None:
    """Deletes a file; an image goes with its caption."""
    context.datasets.remove(name, file)
