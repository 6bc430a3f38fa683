"""The gallery: every image and film of the renders folder."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from animator.gallery.gallery import Gallery
from animator.gallery.item import GalleryItem
from animator.presets import yaml_text
from animator.presets.sources import from_image
from animator.server.context import Context
from animator.server.files.file_answer import answer_file, is_known, unchanged
from animator.server.files.run_file import open_run_file
from animator.server.problems import Responses, problem_responses
from animator.server.v1.gallery_view import (
    ItemChange,
    ItemInfoView,
    ItemPage,
    Items,
    ItemView,
    OutcomeView,
    SearchQuery,
    info_view,
    item_view,
    outcome_view,
)

YAML = "application/yaml"
_FILE: Responses = {
    200: {"content": {"application/octet-stream": {}}},
    206: {"description": "The bytes that `Range` asks for."},
    304: {"description": "The client has it already."},
}
_JPEG: Responses = {200: {"content": {"image/jpeg": {}}}, 304: {"description": "The client has it already."}}
ItemNumber = Annotated[int, Path(ge=0, lt=2**63, description="Number of the item.")]
Width = Annotated[int, Query(ge=1, le=1024, description="Greatest width in pixels; it is never enlarged.")]
router = APIRouter(prefix="/api/v1/gallery", tags=["gallery"])


@router.get("", operation_id="search_gallery", responses=problem_responses(), summary="Search")
def search_gallery(search: SearchQuery, context: Context, request: Request) -> ItemPage:
    """Returns a page of the images and films that a search finds."""
    page = context.gallery.search(search.query, search.first, search.count)
    return ItemPage(items=[item_view(item, request) for item in page.items], total=page.total)


@router.post(
    "/delete", operation_id="delete_gallery_items", responses=problem_responses(), summary="Move to the trash"
)
def delete_gallery_items(items: Items, context: Context) -> OutcomeView:
    """Moves items to the trash, from where they can be restored; those of a run that renders stay.

    A run that lacks a frame cannot be resumed or encoded again before it is restored or rendered again.
    """
    return outcome_view(context.gallery.delete(_numbers(items, context.gallery)))


@router.post(
    "/restore", operation_id="restore_gallery_items", responses=problem_responses(), summary="Restore"
)
def restore_gallery_items(items: Items, context: Context) -> OutcomeView:
    """Moves items from the trash back to where they were; nothing there is replaced."""
    return outcome_view(context.gallery.restore(_numbers(items, context.gallery)))


@router.post(
    "/purge", operation_id="purge_gallery_items", responses=problem_responses(), summary="Delete for good"
)
def purge_gallery_items(items: Items, context: Context) -> OutcomeView:
    """Deletes items in the trash for good; `{"query": {"trash": true}}` empties it."""
    return outcome_view(context.gallery.purge(_numbers(items, context.gallery)))


@router.get(
    "/{item_id}",
    operation_id="get_gallery_item",
    responses=problem_responses(404),
    summary="Look at an item",
)
def get_gallery_item(item_id: ItemNumber, context: Context, request: Request) -> ItemInfoView:
    """Returns an image or film with everything that is recorded about how it was made."""
    return info_view(context.gallery.info(item_id), request)


@router.patch(
    "/{item_id}",
    operation_id="change_gallery_item",
    responses=problem_responses(404),
    summary="Rank an item",
)
def change_gallery_item(
    item_id: ItemNumber, change: ItemChange, context: Context, request: Request
) -> ItemView:
    """Gives an item a rank, or makes it a favorite."""
    gallery = context.gallery
    gallery.path(item_id)  # one whose file is gone cannot be changed
    if change.rank is not None:
        gallery.rank([item_id], change.rank)
    if change.favorite is not None:
        gallery.favorite([item_id], on=change.favorite)
    return item_view(gallery.item(item_id), request)


@router.head("/{item_id}/file", include_in_schema=False)
@router.get(
    "/{item_id}/file",
    operation_id="get_gallery_file",
    responses={**_FILE, **problem_responses(404, 416)},
    summary="Get the file of an item",
    response_class=Response,
)
def get_gallery_file(item_id: ItemNumber, context: Context, request: Request) -> Response:
    """Sends the file as it is."""
    path = context.gallery.path(item_id)
    return answer_file(request, open_run_file(path.parent, path.name), path.name)


@router.head("/{item_id}/thumbnail", include_in_schema=False)
@router.get(
    "/{item_id}/thumbnail",
    operation_id="get_gallery_thumbnail",
    responses={**_JPEG, **problem_responses(404)},
    summary="Get the thumbnail of an item",
    response_class=Response,
)
def get_gallery_thumbnail(
    item_id: ItemNumber, context: Context, request: Request, width: Width = 256
) -> Response:
    """Sends a small JPEG image; of a film, its first image."""
    tag = _tag(context.gallery.item(item_id), width)
    if is_known(request, tag):
        return unchanged(tag)
    data = context.gallery.thumbnail(item_id, width)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return Response(data, media_type="image/jpeg", headers=headers)


@router.get(
    "/{item_id}/preset",
    operation_id="get_gallery_preset",
    responses={200: {"content": {YAML: {}}}, **problem_responses(404)},
    summary="Get the settings of an item",
    response_class=Response,
)
def get_gallery_preset(item_id: ItemNumber, context: Context) -> Response:
    """Sends the settings that an item records, as a preset."""
    draft = from_image(context.gallery.settings_source(item_id))
    return Response(yaml_text.dump(draft.values), media_type=YAML)


def _numbers(items: Items, gallery: Gallery) -> Iterable[int]:
    """Returns the numbers of the items that a request is about."""
    return items.ids or () if items.query is None else gallery.find_all(items.query.query)


def _tag(item: GalleryItem, width: int) -> str:
    return f'"{item.id:x}-{item.made}-{item.bytes:x}-{width}"'
