"""Words and numbers of the gallery's items, for people."""

from datetime import datetime

from animator.gallery.item import GalleryItem
from animator.gallery.query import Kind, Sort
from animator.studio.components.thumbnail_grid import Tile
from animator.studio.gallery.urls import thumbnail_url
from animator.studio.labels import Translate

KIND = {Kind.IMAGE: "Image", Kind.FRAME: "Frame", Kind.FILM: "Film"}
KINDS = {Kind.IMAGE: "Images", Kind.FRAME: "Frames", Kind.FILM: "Films"}
ORDERS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.NAME: "By name",
    Sort.RANK: "Best first",
    Sort.SIZE: "Largest first",
    Sort.PATH: "By folder",
    Sort.RANDOM: "Random",
}
_UNITS = ("B", "kB", "MB", "GB")


def items_text(count: int, t: Translate) -> str:
    """Returns a number of items in words."""
    return t("1 item") if count == 1 else t("{count} items").format(count=f"{count:,}")


def rank_text(rank: int, t: Translate) -> str:
    """Returns a rank in words."""
    if rank == 0:
        return t("No rank")
    return t("1 star") if rank == 1 else t("{count} stars").format(count=rank)


def size_text(count: int) -> str:
    """Returns a size in bytes with the unit that suits it, such as `1.4 MB`."""
    size, unit = float(count), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"


def time_text(seconds: float) -> str:
    """Returns a time, given in seconds since 1970, as local date and time."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"


def tile_of(item: GalleryItem, width: int, t: Translate) -> Tile:
    """Returns the thumbnail of an item.

    Args:
        item: The item.
        width: Width of the thumbnail in pixels of the page; the image has twice as many for fine screens.
        t: Translates.
    """
    folder = item.path.rpartition("/")[0]
    said = [item.name, rank_text(item.rank, t)] if item.rank else [item.name]
    if item.favorite:
        said.append(t("Favorite"))
    place = item.run.rpartition("/")[0] or item.run or folder
    return Tile(
        item.id,
        item.name,
        place,
        item.path,
        ", ".join(said),
        thumbnail_url(item, 2 * width),
        item.rank,
        item.favorite,
        item.kind is Kind.FILM,
    )
