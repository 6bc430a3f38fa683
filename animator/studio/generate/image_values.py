"""The settings of images as a person writes them: YAML text and plain values, and changes of these."""

from collections.abc import Mapping
from typing import Any

from animator.presets import yaml_text
from animator.studio import written

SOURCE = "settings"
"""Name of the text in places of problems."""
SWITCHED = ("freeu", "deep_shrink")
"""Groups that are on where they are given, even without a value."""
Changes = Mapping[str, Any]
"""Values by paths such as `hires.scale`; None leaves a setting open."""


def values_in(text: str) -> dict[str, Any] | None:
    """Returns the values of a text; None where it is not YAML, or has anything but settings."""
    document = yaml_text.read(text, SOURCE)
    return None if document.problems else dict(document.values)


def text_of(values: Mapping[str, Any]) -> str:
    """Returns the text of values."""
    return yaml_text.dump(values) if values else ""


def value_at(values: Any, path: str) -> Any:
    """Returns the value of a setting such as `controlnet.0.weight`; None where it is left open."""
    value = written.value_at(values, tuple(path.split(".")))
    return None if value is written.ABSENT else value


def changed(values: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Returns values with some changes; groups that have no value any more are left out.

    Those that are on by being there stay, until they themselves are left open.
    """
    result: dict[str, Any] = dict(values)
    for path, value in changes.items():
        result = _with(result, path.split("."), value) or {}
        group, _, inner = path.partition(".")
        if group in SWITCHED and inner and group not in result:
            result = {**result, group: {}}
    return result


def _with(values: Any, path: list[str], value: Any) -> Any:
    """Returns nested values with another value at a path; None leaves it, and groups it empties, open."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(values, list) and first.isdecimal() and int(first) < len(values):
        items = list(values)
        items[int(first)] = _with(items[int(first)], rest, value) or {}
        return items
    below = values if isinstance(values, Mapping) else {}
    inner = _with(below.get(first), rest, value)
    kept = {name: one for name, one in below.items() if name != first}
    if inner is None:
        return kept or None
    return {**below, first: inner}
