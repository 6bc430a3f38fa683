"""Options of the training commands: lookups by name, and options that were renamed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from animator.errors import UserError
from animator.runs.session import say

T = TypeVar("T")


def look_up(name: str, table: Mapping[str, T], option: str) -> T:
    """Returns the entry of a table that an option names.

    Raises:
        UserError: The table has no entry of that name.
    """
    if name not in table:
        raise UserError(f"{option} {name}: expected one of {', '.join(table)}")
    return table[name]


def renamed_option(value: T | None, old_value: T | None, names: tuple[str, str]) -> T | None:
    """Returns the value of an option that may still be given by its old name, which logs one line.

    Args:
        value: Given by the new name.
        old_value: Given by the old name; the new name overrides it.
        names: New and old name, such as `--folder` and `--workshop`.
    """
    if old_value is None:
        return value
    say(f"warning: {names[1]} is deprecated; use {names[0]}")
    return old_value if value is None else value


def training_folder(folder: Path | None, workshop: Path | None) -> Path:
    """Returns the folder of a training run, from `--folder` or the older `--workshop`.

    Raises:
        UserError: Neither was given.
    """
    result = renamed_option(folder, workshop, ("--folder", "--workshop"))
    if result is None:
        raise UserError("--folder is missing: expected the folder of the training run")
    return result
