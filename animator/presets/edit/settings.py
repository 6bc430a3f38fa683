"""Changes one setting of a preset's YAML text; comments, order, blank lines and styles stay.

The text is not written anew: the places of its values are known, and only the part that changes is replaced.
The result is read again, and refused if anything else has changed with it.
"""

from typing import Any

import yaml

from animator.errors import PresetError, UserError
from animator.presets import yaml_text
from animator.presets.edit.equal import same
from animator.presets.edit.expected import REMOVED, Path, RefusedError, expected_values
from animator.presets.edit.place import splices_of
from animator.presets.edit.splices import apply

_BOM = "\ufeff"


class EditError(UserError):
    """A setting that cannot be changed in a YAML text without changing more, such as one that is shared."""


def set_value(text: str, path: Path, value: Any, source: str = "preset") -> str:
    """Returns the text with one setting changed, or added where it is absent.

    Args:
        text: The YAML of a preset; may be empty.
        path: Keys from the top, such as `("motion", "zoom")`; items of lists by index, as in
            `("steps", "0", "amount")`. The index behind the last item adds one.
        value: A number, text, truth value, None, or a list or mapping of these. Of a mapping in the place of
            another one, only what differs is written.
        source: Name of the preset, for messages.

    Raises:
        PresetError: The text is not YAML; with the problems that reading it has.
        EditError: The place is shared with another one (`&name`, `*name`), is not in a group, or is written
            in a way that is not understood here.
    """
    return _edited(text, path, source, value)


def remove_value(text: str, path: Path, source: str = "preset") -> str:
    """Returns the text without one setting; as it is where the setting is absent.

    A group goes with its last setting. Comments on lines of their own stay.

    Args:
        text: The YAML of a preset.
        path: As for `set_value`.
        source: Name of the preset, for messages.

    Raises:
        PresetError: The text is not YAML; with the problems that reading it has.
        EditError: As for `set_value`.
    """
    return _edited(text, path, source, REMOVED)


def _edited(text: str, path: Path, source: str, value: Any) -> str:
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    values = _read(text, source)
    where = f"{source}: {'.'.join(path)}"
    try:
        expected = expected_values(values, path, value)
        if expected is None or same(expected, values):
            return mark + text
        edited = apply(text, splices_of(text, values, path, value))
        read = yaml_text.read(edited, source)
        done = not read.problems and same(read.values, expected)
    except (yaml.YAMLError, RecursionError) as error:
        raise EditError(f"{where}: the value cannot be written as YAML: {error}") from error
    except RefusedError as error:
        raise EditError(f"{where}: {error}") from error
    if not done:
        message = "cannot be changed here without changing more; change it in the YAML"
        raise EditError(f"{where}: {message}")
    return mark + edited


def _read(text: str, source: str) -> dict[str, Any]:
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    return dict(document.values)
