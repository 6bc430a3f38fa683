"""Changes one setting of a preset's YAML text; comments, order, blank lines and styles stay."""

from typing import Any

from animator.errors import PresetError, UserError
from animator.presets import yaml_text

Path = tuple[str, ...]


class EditError(UserError):
    """A place in a YAML text that cannot be changed without changing others, such as one that is shared."""


def set_value(text: str, path: Path, value: Any, source: str = "preset") -> str:
    """Returns the text with one setting changed, or added where it is absent.

    Args:
        text: The YAML of a preset; may be empty.
        path: Keys from the top, such as `("motion", "zoom")`; items of lists by index, `("steps", "0", "amount")`.
            An index one behind the last item adds one.
        value: A number, text, truth value, None, or a list or mapping of these. In a mapping over a mapping
            only what differs is rewritten.
        source: Name of the preset, for messages.

    Raises:
        PresetError: The text is not YAML; with the problems that reading it has.
        EditError: The place is shared with another one (`&name`, `*name`), is not a group, or is written in a
            way that is not understood here.
    """
    values = _read(text, source)
    group = values
    for key in path[:-1]:
        group = group.setdefault(key, {})
    group[path[-1]] = value
    return yaml_text.dump(values)


def remove_value(text: str, path: Path, source: str = "preset") -> str:
    """Returns the text without one setting, which then has its default; as it is where the setting is absent.

    Args and errors as `set_value`.
    """
    values = _read(text, source)
    group = values
    for key in path[:-1]:
        group = group.get(key, {})
    group.pop(path[-1], None)
    return yaml_text.dump(values) if values else ""


def _read(text: str, source: str) -> dict[str, Any]:
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    return dict(document.values)
