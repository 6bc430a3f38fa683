"""Words and numbers of the gallery's items, for people."""

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


def items_text(count: int, t: Translate) -> str:
    """Returns a number of items in words."""
    return t("1 item") if count == 1 else t("{count} items").format(count=f"{count:,}")


def rank_text(rank: int, t: Translate) -> str:
    """Returns a rank in words."""
    if rank == 0:
        return t("No rank")
    return t("1 star") if rank == 1 else t("{count} stars").format(count=rank)


def tile_of(item: GalleryItem, width: int, t: Translate) -> Tile:
    """Returns the thumbnail of an item.

    Args:
        item: The item.
        width: Width of the thumbnail in pixels of the page; the image has twice as many for fine screens.
        t: Translates.
    """
    folder = item.path.rpartition("/")[0]
    place = item.run.rpartition("/")[0] or item.run or folder
    said = [item.name, *([place] if place else [])]
    if item.rank:
        said.append(rank_text(item.rank, t))
    if item.favorite:
        said.append(t("Favorite"))
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
