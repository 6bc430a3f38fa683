"""`GalleryView`: what a gallery page shows, as its URL says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from animator.gallery.query import MAX_RANK, GalleryQuery, Kind, NegativeMode, Sort

PATH = "/gallery"
PAGE_SIZES = (30, 60, 120, 240)
_PAGE_SIZE = 60
_MAX_NUMBER = 2**31


@dataclass(frozen=True)
class GalleryView:
    """What a gallery page shows.

    Attributes:
        query: What is found.
        number: Number of the page, from 1.
        size: Items of a page, one of `PAGE_SIZES`.
    """

    query: GalleryQuery = field(default_factory=GalleryQuery)
    number: int = 1
    size: int = _PAGE_SIZE

    @property
    def first(self) -> int:
        """Position of the page's first item, from 0."""
        return (self.number - 1) * self.size

    def pages(self, total: int) -> int:
        """Returns the number of pages of so many items; at least 1."""
        return max(1, -(-total // self.size))


def view_of(parameters: Mapping[str, str]) -> GalleryView:
    """Returns the view of a URL's parameters; one that is not as it should be counts as not given."""
    read: dict[str, Any] = {}
    for name, (attribute, parse) in _READERS.items():
        try:
            read[attribute] = parse(parameters[name])
        except (KeyError, ValueError):  # not given, or not as it should be
            continue
    page = {name: read.pop(name) for name in ("number", "size") if name in read}
    return GalleryView(GalleryQuery(**read), **page)


def url_of(view: GalleryView) -> str:
    """Returns the URL of a view, with the parameters that differ from the defaults."""
    values, defaults = _values(view), _values(GalleryView())
    changed = {
        name: _text(values[attribute])
        for name, (attribute, _) in _READERS.items()
        if values[attribute] != defaults[attribute]
    }
    return f"{PATH}?{urlencode(changed)}" if changed else PATH


def _values(view: GalleryView) -> dict[str, Any]:
    return {**vars(view), **vars(view.query)}


def _text(value: Any) -> str:
    """Returns a value as text that its reader reads."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return str(int(value)) if isinstance(value, bool) else str(value)


def _flag(text: str) -> bool:
    return text == "1"


def _ranks(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    ranks = int(low), int(high)
    if not 0 <= ranks[0] <= ranks[1] <= MAX_RANK:
        raise ValueError(text)
    return ranks


def _size(text: str) -> int:
    if (size := int(text)) not in PAGE_SIZES:
        raise ValueError(text)
    return size


def _number(text: str) -> int:
    if not 0 < (number := int(text[:20])) <= _MAX_NUMBER:
        raise ValueError(text)
    return number


_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "q": ("text", str),
    "negative": ("negative", str),
    "mode": ("negative_mode", NegativeMode),
    "case": ("case_sensitive", _flag),
    "regex": ("regex", _flag),
    "rank": ("ranks", _ranks),
    "favorites": ("favorites", _flag),
    "kind": ("kind", Kind),
    "run": ("run", str),
    "sort": ("sort", Sort),
    "seed": ("seed", _number),
    "trash": ("trash", _flag),
    "page": ("number", _number),
    "size": ("size", _size),
}
"""Parameter of the URL -> attribute of the view or its query, and what reads it."""
