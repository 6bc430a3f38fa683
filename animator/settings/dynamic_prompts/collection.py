"""Wildcard collections: YAML or JSON with lists of texts under nested keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from animator.core.json_text import half_character, parse_json
from animator.errors import UserError

COLLECTIONS = (".yaml", ".yml", ".json")
MAX_DEPTH = 20
MAX_ITEMS = 200_000
"""Aliases can make a small YAML file expand without end."""
MAX_CHARACTERS = 1_000_000
"""Longest collection; YAML takes a second for each of them."""
_NO_TEXT = re.compile(r"[-+\d.]*|true|false|yes|no|null|~", re.IGNORECASE)
"""Values of a key that are ignored, as they are neither lists nor texts."""


@dataclass(frozen=True)
class Item:
    """One text of a list, its weight, and where it is written."""

    text: str
    weight: float
    place: str


def read_collection(text: str, path: Path) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...]]]:
    """Yields the path of keys and the texts of each list of a collection.

    A list holds texts, or mappings with `text` (or `content`) and `weight`. Other values are ignored.

    Args:
        text: The file's text.
        path: The file, for messages; its suffix says which format it has.

    Raises:
        UserError: It is not YAML or JSON, or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"{path}: has {len(text)} characters; a collection has at most {MAX_CHARACTERS}")
    try:
        values = parse_json(text) if path.suffix == ".json" else _parse_yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "YAML"
        raise UserError(f"{path}: is not {kind}: {' '.join(str(error).split())[:200]}") from error
    yield from _Walk(path).lists(values, ())


def _parse_yaml(text: str) -> Any:
    """Returns plain lists, mappings and texts: no tag, number or date of YAML is interpreted."""
    return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 (BaseLoader: texts only)


class _Walk:
    """Counts the values that are visited."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._items = 0

    def lists(self, value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...]]]:
        self._count(keys)
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from self.lists(inner, (*keys, str(key)))
        elif isinstance(value, list):
            yield keys, tuple(item for one in value for item in self._item(one, keys))
        elif isinstance(value, str) and keys and not _NO_TEXT.fullmatch(value.strip()):
            yield keys, (Item(value, 1.0, self._place(keys)),)

    def _item(self, value: Any, keys: tuple[str, ...]) -> Iterator[Item]:
        self._count(keys)
        weight: Any = 1.0
        if isinstance(value, dict):
            weight = value.get("weight", 1.0)
            value = value.get("text") or value.get("content")
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            text = str(value)
            if half := half_character(text):
                raise UserError(f"{self._place(keys)}: contains {half}, half of a character")
            yield Item(text, self._weight(weight, keys), self._place(keys))

    def _weight(self, value: Any, keys: tuple[str, ...]) -> float:
        try:
            weight = float(value)
        except (TypeError, ValueError, OverflowError):
            weight = -1.0
        if not 0 <= weight < float("inf"):
            raise UserError(f"{self._place(keys)}: the weight {value!r:.40} is not a number of at least 0")
        return weight

    def _place(self, keys: tuple[str, ...]) -> str:
        return f"{self._path}, {'/'.join(keys)}" if keys else str(self._path)

    def _count(self, keys: tuple[str, ...]) -> None:
        self._items += 1
        if self._items > MAX_ITEMS or len(keys) > MAX_DEPTH:
            limit = f"{MAX_ITEMS} values or {MAX_DEPTH} levels"
            raise UserError(f"{self._path}: has more than {limit}; a wildcard collection has fewer")
