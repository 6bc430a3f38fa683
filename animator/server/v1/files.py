"""Files of clients: images, clips and sounds that settings name; each is stored once, under its hash."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from animator.errors import UserError
from animator.server.context import Context
from animator.server.file_body import FORM, read_file
from animator.server.problems import problem_responses
from animator.server.uploads import Upload
from animator.server.v1.job_view import utc

MAX_FILE = 4_000_000_000
"""Bytes of one file."""
MAX_PAGE = 200
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file alone, or a form with one file.",
        "content": {
            "application/octet-stream": _BYTES,
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": _BYTES}}
}
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file, in hexadecimal.")]
router = APIRouter(prefix="/api/v1/files", tags=["files"])


class FileView(BaseModel):
    """A file that a client sent."""

    id: str = Field(description="The same as `sha256`.")
    sha256: str
    name: str = Field(description="The name by which settings refer to the file, as in `init.image`.")
    size: int = Field(description="Bytes.")
    kind: str = Field(description="What its first bytes say it is, such as `a PNG image`.")
    created_at: datetime
    url: str


class FilePage(BaseModel):
    """Some files, by their hashes."""

    files: list[FileView]
    next: str | None = Field(description="URL of the files after these; null at the end.")


@router.post(
    "",
    operation_id="upload_file",
    status_code=201,
    responses={
        200: {"model": FileView, "description": "The file was here already."},
        **problem_responses(507),
    },
    openapi_extra=_BODY,
    max_body_size=MAX_FILE,
    summary="Send a file",
)
async def upload_file(
    context: Context,
    request: Request,
    response: Response,
    name: Annotated[
        str, Query(max_length=500, description="Its name, where the body is the file alone.")
    ] = "",
) -> FileView:
    """Stores a file for settings to name: its bytes as the body, or a form with one file.

    Of its name only the suffix is kept. A file that breaks off on the way leaves nothing.
    """
    async with contextmanager_in_threadpool(context.uploads.receive()) as arrival:

        async def take(chunk: bytes) -> None:
            if chunk:
                await run_in_threadpool(arrival.write, chunk)

        try:
            given = await read_file(request, take)
        except ClientDisconnect as error:
            raise UserError("the connection ended before the file was complete; send it again") from error
        upload, is_new = await run_in_threadpool(arrival.finish, given or name)
    view = _view(upload, request)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = view.url
    return view


@router.get("", operation_id="list_files", responses=problem_responses(), summary="List files")
def list_files(
    context: Context,
    request: Request,
    cursor: Annotated[str, Query(max_length=64, description="As in `next` of another page.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> FilePage:
    """Lists the files that clients sent, by their hashes."""
    found = context.uploads.page(cursor, limit + 1)
    page = found[:limit]
    more = len(found) > limit
    following = str(request.url.include_query_params(cursor=page[-1].sha256)) if more else None
    return FilePage(files=[_view(upload, request) for upload in page], next=following)


@router.get(
    "/{sha256}",
    operation_id="get_file",
    response_class=FileResponse,
    responses=_CONTENT | problem_responses(404, 416),
    summary="Get a file back",
)
@router.head(
    "/{sha256}",
    operation_id="head_file",
    response_class=FileResponse,
    responses=_CONTENT | problem_responses(404, 416),
    summary="Ask whether a file is here",
)
def get_file(sha256: Sha256, context: Context) -> FileResponse:
    """Returns the bytes of a file; HEAD tells whether it has to be sent at all."""
    upload = context.uploads.find(sha256)
    headers = {"ETag": f'"{sha256}"', "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        upload.path, headers=headers, media_type="application/octet-stream", filename=upload.path.name
    )


@router.delete(
    "/{sha256}",
    operation_id="delete_file",
    status_code=204,
    responses=problem_responses(404),
    summary="Delete a file",
)
def delete_file(sha256: Sha256, context: Context) -> None:
    """Deletes a file. A job that names it and has not begun will fail."""
    context.uploads.remove(sha256)


def _view(upload: Upload, request: Request) -> FileView:
    return FileView(
        id=upload.sha256,
        sha256=upload.sha256,
        name=upload.path.name,
        size=upload.size,
        kind=upload.kind,
        created_at=utc(upload.created),
        url=str(request.url_for("get_file", sha256=upload.sha256)),
    )
