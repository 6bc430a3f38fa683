"""The columns of a table as variables of formulas."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.settings.signals.sources import SignalSource
from animator.sound.columns import Between, read_columns
from animator.sound.signals import Column, Placement

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


@lru_cache(maxsize=8)
def _columns(
    path: Path, placement: Placement, between: Between, changed: int, size: int
) -> Mapping[str, Column]:
    """Returns the columns; `changed` and `size` tell the versions of a file apart."""
    return read_columns(path, placement, between)
