"""The columns of a table as variables of formulas."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.settings.signals.sources import SignalSource
from animator.sound.columns import Between, read_columns
from animator.sound.signals import Column, Placement

MOST_VALUES = 20_000_000
"""Largest number of columns times frames, which are held in memory."""
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


def table_columns(source: SignalSource, placement: Placement, prefix: str) -> Mapping[str, Column]:
    """Returns the columns of a table by the names of their variables: `Kick drum` is `data_Kick_drum`.

    Args:
        source: The table.
        placement: The frames of the film.
        prefix: Before each name, such as `data_`.

    Raises:
        UserError: It cannot be read, is no such table, or two columns have one name.
        OSError: The file cannot be read.
    """
    path = named_path(source.path)
    stat = path.stat()
    named: dict[str, Column] = {}
    for name, column in _columns(path, placement, source.between, stat.st_mtime_ns, stat.st_size).items():
        variable = f"{prefix}{_OTHER.sub('_', name).strip('_')}"
        if variable in named:
            raise UserError(f"{path}: two columns give the variable `{variable}`; rename one")
        named[variable] = column
    return named


@lru_cache(maxsize=4)
def _columns(
    path: Path, placement: Placement, between: Between, changed: int, size: int
) -> Mapping[str, Column]:
    """Returns the columns; `changed` and `size` tell the versions of a file apart."""
    columns = len(read_columns(path, replace(placement, frames=1), between))
    if columns * placement.frames > MOST_VALUES:
        raise UserError(
            f"{path}: has {columns} columns, for {placement.frames} frames; expected at most "
            f"{MOST_VALUES // placement.frames}"
        )
    return read_columns(path, placement, between)
