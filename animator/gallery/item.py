"""`GalleryItem`: an image or film, as the gallery shows it; and what became of several."""

from collections.abc import Mapping
from dataclasses import dataclass

from animator.gallery.query import Kind


@dataclass(frozen=True)
class GalleryItem:
    """An image or film.

    Attributes:
        id: Its number; stays with a file as long as the index knows it.
        path: Path from the renders folder, with `/`; of an item in the trash, where it was.
        name: Name of the file.
        kind: Its kind.
        width: Width in pixels; 0 where it is not known, as for films and damaged files.
        height: Height in pixels, as `width`.
        bytes: Size of the file.
        made: Time of its last change, in seconds since 1970.
        prompt: The prompt; those of a film one per line.
        negative: The negative prompt.
        run: The run folder that it is in, from the renders folder; empty if in none.
        frame: Number of the frame; None for what is no frame.
        rank: 1 to 5; 0 is unranked.
        favorite: True for a favorite.
        trashed: True in the trash.
    """

    id: int
    path: str
    name: str
    kind: Kind
    width: int
    height: int
    bytes: int
    made: float
    prompt: str
    negative: str
    run: str
    frame: int | None
    rank: int
    favorite: bool
    trashed: bool


@dataclass(frozen=True)
class GalleryPage:
    """Some of the items that a query finds.

    Attributes:
        items: The items in order.
        total: How many it finds in all.
    """

    items: tuple[GalleryItem, ...]
    total: int


@dataclass(frozen=True)
class GalleryInfo:
    """Everything that is recorded about how an item was made.

    Attributes:
        item: The item.
        fields: Field -> value: those of the infotext, such as `Sampler`; of a film, its settings, such as
            `diffusion.sampler`.
        infotext: The infotext as it is in the file; empty if there is none.
    """

    item: GalleryItem
    fields: Mapping[str, str]
    infotext: str


@dataclass(frozen=True)
class Failure:
    """An item with which something could not be done.

    Attributes:
        id: Its number.
        path: Its path; empty for a number that there is none of.
        message: What is in the way, and what to do.
    """

    id: int
    path: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What became of several items.

    Attributes:
        done: Numbers of those with which it was done.
        failures: The others.
    """

    done: tuple[int, ...] = ()
    failures: tuple[Failure, ...] = ()
