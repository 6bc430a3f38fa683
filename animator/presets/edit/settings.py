"""Changes one setting of a preset's YAML text; comments, order, blank lines and styles stay.

The text is not written anew: the places of its values are known, and only the part that changes is replaced.
The result is read again, and refused if anything else has changed with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import yaml

from animator.errors import PresetError, UserError
from animator.presets import yaml_text
from animator.presets.edit.entries import Splice
from animator.presets.edit.equal import same
from animator.presets.edit.expected import Path, RefusedError, values_with, values_without
from animator.presets.edit.place import Setting
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
    values = _read(text, source)
    with _explained(source, path):
        expected = values_with(values, path, value)
        if same(expected, values):
            return text
        return _edited(text, Setting(text.removeprefix(_BOM), values, path).put(value), expected)


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
    values = _read(text, source)
    with _explained(source, path):
        expected = values_without(values, path)
        if expected is None:
            return text
        return _edited(text, Setting(text.removeprefix(_BOM), values, path).remove(), expected)


def _edited(text: str, splices: Iterable[Splice], expected: Mapping[str, Any]) -> str:
    """Returns the text with some parts replaced; raises `RefusedError` unless it has the expected values."""
    bare = text.removeprefix(_BOM)
    edited = apply(bare, splices)
    document = yaml_text.read(edited, "")
    if document.problems or not same(document.values, expected):
        raise RefusedError("cannot be changed here without changing more; change it in the YAML")
    return text[: len(text) - len(bare)] + edited


@contextmanager
def _explained(source: str, path: Path) -> Iterator[None]:
    """Names the setting in what keeps it from being changed."""
    where = f"{source}: {'.'.join(path)}"
    try:
        yield
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise EditError(f"{where}: the value cannot be written as YAML: {reason:.200}") from error
    except RefusedError as error:
        raise EditError(f"{where}: {error}") from error


def _read(text: str, source: str) -> Mapping[str, Any]:
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    return document.values
