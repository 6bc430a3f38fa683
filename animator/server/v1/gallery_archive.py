"""Several items of the gallery as one ZIP archive."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from animator.errors import UserError
from animator.server.context import Context
from animator.server.files.zip_stream import Packed, zip_stream
from animator.server.problems import Responses, problem_responses

MAX_ITEMS = 1_000
_MAX_TEXT = 12_000
_ZIP: Responses = {200: {"content": {"application/zip": {}}}}
router = APIRouter(prefix="/api/v1/gallery", tags=["gallery"])
Ids = Annotated[
    str,
    Query(
        pattern=r"^[0-9]{1,15}(,[0-9]{1,15})*$",
        max_length=_MAX_TEXT,
        description=f"Numbers of the items, with commas between them; {MAX_ITEMS} at most.",
    ),
]


@router.get(
    "/archive",
    operation_id="get_gallery_archive",
    responses={**_ZIP, **problem_responses(404, 422)},
    summary="Several items as a ZIP archive",
    response_class=StreamingResponse,
)
def get_archive(ids: Ids, context: Context) -> StreamingResponse:
    """Sends the files of items in one archive; `missing.txt` in it names those that cannot be read."""
    numbers = dict.fromkeys(map(int, ids.split(",")))
    if len(numbers) > MAX_ITEMS:
        raise UserError(f"ids: has {len(numbers)} items; an archive has {MAX_ITEMS} at most")
    gallery = context.gallery
    files = [Packed(gallery.path(number), gallery.item(number).path) for number in numbers]
    headers = {"Content-Disposition": 'attachment; filename="gallery.zip"'}
    return StreamingResponse(zip_stream(files), headers=headers, media_type="application/zip")
