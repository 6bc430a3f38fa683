"""The values that a text has to have after an edit, from those before it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from animator.settings.raw import LISTS

Path = tuple[str, ...]
_DIGITS = 18


class RefusedError(Exception):
    """A place that cannot be edited; the message says why."""


def values_with(values: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Returns the values with one setting changed or added."""
    result: dict[str, Any] = deepcopy(dict(values))
    parent: Any = result
    for depth, name in enumerate(path):
        key = key_in(parent, name)
        if depth == len(path) - 1 or key is None or parent[key] is None:
            _put(parent, name, key, nested(path[depth:], value))
            return result
        parent = parent[key]
    raise RefusedError("a setting has a name")


def values_without(values: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
    """Returns the values without a setting, and without groups that it leaves empty; None if it is absent."""
    result: dict[str, Any] = deepcopy(dict(values))
    groups: list[tuple[Any, Any]] = []
    parent: Any = result
    for name in path:
        try:
            key = key_in(parent, name)
        except RefusedError:  # what should be its group is none
            return None
        if key is None:
            return None
        groups.append((parent, key))
        parent = parent[key]
    for group, key in reversed(groups):
        del group[key]
        if group:
            break
    return result


def key_in(parent: Any, name: str) -> Any:
    """Returns the key or index of a name in a mapping or list; None if it is not there."""
    if isinstance(parent, Mapping):
        return next((key for key in parent if _is_key(key, name)), None)
    if isinstance(parent, Sequence) and not isinstance(parent, str):
        if not is_number(name) or int(name) > len(parent):
            raise RefusedError(f"{name} is not an item of this list of {len(parent)}")
        return int(name) if int(name) < len(parent) else None
    raise RefusedError(f"its group is {parent!r:.40}; expected settings such as `name: value`")


def _put(parent: Any, name: str, key: Any, value: Any) -> None:
    if isinstance(parent, list) and key is None:
        parent.append(value)
    else:
        parent[new_key(name) if key is None else key] = value


def new_key(name: str) -> Any:
    """Returns the key for a name: a frame is a number."""
    return int(name) if is_number(name) and str(int(name)) == name else name


def is_number(name: str) -> bool:
    """Returns True for the text of a frame or an index."""
    return name.isascii() and name.isdecimal() and len(name) <= _DIGITS


def _is_key(key: Any, name: str) -> bool:
    """Returns True if a key is written as a name, or means the same number."""
    is_same = isinstance(key, int) and not isinstance(key, bool) and is_number(name) and key == int(name)
    return str(key) == name or is_same


def nested(path: Path, value: Any) -> Any:
    """Returns the value of the first key of a path in which the rest of the path has a value."""
    for depth in range(len(path) - 1, 0, -1):
        is_item = depth == 1 and path[0] in LISTS  # an index into one that is absent makes a list
        if is_item and path[1] != "0":
            raise RefusedError(f"there is no list to add item {path[1]} to; begin with item 0")
        value = [value] if is_item else {new_key(path[depth]): value}
    return value
