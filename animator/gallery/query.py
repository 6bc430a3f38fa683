"""`GalleryQuery`: which images and films to find, and in which order."""

from dataclasses import dataclass
from enum import Enum

MAX_RANK = 5


class Kind(str, Enum):
    """Kind of an item."""

    IMAGE = "image"
    FRAME = "frame"
    FILM = "film"


class NegativeMode(str, Enum):
    """What the text for the negative prompt does."""

    ANY = "any"
    WITHOUT = "without"
    ONLY = "only"


class Sort(str, Enum):
    """The order of items; each ends with the newest first where items are equal."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    RANK = "rank"
    SIZE = "size"
    PATH = "path"
    RANDOM = "random"


@dataclass(frozen=True)
class GalleryQuery:
    """Which items to find; the default is all of them, the newest first.

    Attributes:
        text: Words that all have to be in an item's path, prompts or fields, each anywhere within a word.
            Words in double quotes belong together; `sampler: euler` looks into one field, in which a number
            has to be the whole value. With `regex`, one regular expression.
        negative: As `text`, for the negative prompt alone.
        negative_mode: `WITHOUT` leaves out the items whose negative prompt has `negative`, `ONLY` all others;
            `ANY` leaves out none. An empty `negative` leaves out none either.
        case_sensitive: Tell capital letters from small ones.
        regex: `text` and `negative` are regular expressions, in which `^` and `$` are the ends of lines.
        ranks: Lowest and highest rank, 0 to 5, where 0 is unranked; None for all.
        favorites: Only favorites.
        kind: Only one kind; None for all.
        run: Only the items of this run folder, as in `GalleryItem.run`; None for all.
        sort: The order.
        seed: Another random order for each number.
        trash: The items in the trash, instead of those that are not.
    """

    text: str = ""
    negative: str = ""
    negative_mode: NegativeMode = NegativeMode.ANY
    case_sensitive: bool = False
    regex: bool = False
    ranks: tuple[int, int] | None = None
    favorites: bool = False
    kind: Kind | None = None
    run: str | None = None
    sort: Sort = Sort.NEWEST
    seed: int = 0
    trash: bool = False
