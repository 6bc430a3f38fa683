"""Changes that a form makes to the text of a preset."""

from collections.abc import Callable
from typing import Any

from animator.presets import raw
from animator.presets.edit import remove_value, set_value
from animator.presets.plain import TEXT
from animator.settings.renamed_keys import RENAMED_KEYS
from animator.studio.written import ABSENT, Path, value_at

Items = list[Any]


def changed(text: str, path: Path, value: Any, inherited: Any = ABSENT) -> str:
    """Returns the text of a preset with another value of a setting.

    Args:
        text: The text.
        path: The setting.
        value: Its value; `ABSENT` to take it away.
        inherited: For a setting in a list: the list, where it is in a preset that this one extends. It is
            copied, since a preset cannot change single items of another one's.

    Raises:
        UserError: The text cannot be changed there.
    """
    if inherited is not ABSENT and value_at(_values(text), path[:1]) is ABSENT:
        text = set_value(text, path[:1], inherited)
    for old in _former_names(path):
        text = remove_value(text, (*path[:-1], old))
    return remove_value(text, path) if value is ABSENT else set_value(text, path, value)


def with_step(text: str, path: Path, value: str, inherited: Any = ABSENT) -> str:
    """Returns the text of a preset with another step in the place of one, without the settings of that one.

    Args:
        text: The text.
        path: The setting `use` of the step.
        value: Name of the new one.
        inherited: As for `changed`.

    Raises:
        UserError: The text cannot be changed there.
    """
    text = changed(text, path, value, inherited)
    item = value_at(_values(text), path[:-1])
    for name in [*item] if isinstance(item, dict) else []:
        if name not in ("use", "at"):
            text = remove_value(text, (*path[:-1], str(name)))
    return text


def with_items(text: str, name: str, edit: Callable[[Items], Items], inherited: Items) -> str:
    """Returns the text of a preset with another list of ControlNet units or steps.

    Args:
        text: The text.
        name: The list.
        edit: Changes it.
        inherited: The list where the text has none.

    Raises:
        UserError: The text cannot be changed there.
    """
    values = _values(text)
    own = value_at(values, (name,))
    items = edit([*own] if isinstance(own, list) else [*inherited])
    is_empty = not items and "extends" not in values  # else the list of the other preset would come back
    return changed(text, (name,), ABSENT if is_empty else items)


def added(items: Items, item: Any) -> Items:
    """Returns a list with one more item."""
    return [*items, item]


def moved(items: Items, at: int, to: int) -> Items:
    """Returns a list with an item in another place; as it is where there is no such item or place."""
    if not (at < len(items) and 0 <= to < len(items)):
        return items
    rest = [*items[:at], *items[at + 1 :]]
    return [*rest[:to], items[at], *rest[to:]]


def without(items: Items, at: int) -> Items:
    """Returns a list without an item."""
    return [*items[:at], *items[at + 1 :]]


def _values(text: str) -> Any:
    return raw.parse(text, TEXT).values


def _former_names(path: Path) -> list[str]:
    if len(path) < 2:
        return []
    return [old for old, new in RENAMED_KEYS.get(path[0], {}).items() if new == path[-1]]
