"""Walks through a folder that a preset may name, such as `/`: a limited number of files."""

import os
from collections.abc import Iterator
from pathlib import Path

from animator.core.paths import is_folder

MAX_ENTRIES = 100_000
"""Files and folders that are looked at; the largest collections of models and prompts have a tenth of it."""


class TooManyFilesError(ValueError):
    """A folder with more files than any that is meant to be searched."""


def walk(folder: Path, limit: int | None = None) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yields each folder below a folder, itself first, with the names of its folders and files.

    Folders that are removed from the list of names are not entered; links to folders never are.

    Args:
        folder: The folder.
        limit: Most files and folders, if fewer than `MAX_ENTRIES`.

    Raises:
        TooManyFilesError: There are more.
    """
    most = MAX_ENTRIES if limit is None else min(limit, MAX_ENTRIES)
    if not is_folder(folder):
        return
    entries = 0
    for root, folders, files in os.walk(folder):
        entries += len(folders) + len(files)
        if entries > most:
            raise TooManyFilesError(f"{folder}: holds more than {most} files; name a smaller folder")
        yield Path(root), folders, files
