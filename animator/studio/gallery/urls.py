"""URLs of what the gallery shows."""

from collections.abc import Iterable

from animator.gallery.item import GalleryItem
from animator.gallery.thumbnails import WIDTHS

API = "/api/v1/gallery"


def file_url(item: GalleryItem) -> str:
    """Returns the URL of an item's file."""
    return f"{API}/{item.id}/file?v={_version(item)}"


def thumbnail_url(item: GalleryItem, width: int = 256) -> str:
    """Returns the URL of an item's thumbnail of about a width in pixels."""
    made = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
    return f"{API}/{item.id}/thumbnail?width={made}&v={_version(item)}"


def archive_url(ids: Iterable[int]) -> str:
    """Returns the URL of a ZIP archive with items' files."""
    return f"{API}/archive?ids={','.join(map(str, ids))}"


def _version(item: GalleryItem) -> str:
    """Returns what changes with an item's file, so that no browser shows an old one."""
    return f"{int(item.made * 1000):x}-{item.bytes:x}"
