"""Looks into the zip archives of torch without unpickling anything."""

import zipfile
from pathlib import Path

from animator.core.paths import is_file
from animator.errors import ModelError

MAX_ENTRIES = 100_000


def is_torchscript(path: Path) -> bool:
    """Returns True for a TorchScript archive, which has a program beside its weights; reads its table only.

    Raises:
        ModelError: It is a damaged archive.
    """
    names = (entry.filename for entry in _entries(path))
    return any(name.endswith("/constants.pkl") or "/code/" in name for name in names)


def check_archive(path: Path) -> None:
    """Checks that reading an archive takes no more memory than its file has bytes.

    Torch writes its entries uncompressed; a compressed one could expand to anything.

    Raises:
        ModelError: It is damaged, an entry is compressed, entries overlap, or there are too many.
    """
    entries = _entries(path)
    is_compressed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    is_larger = sum(entry.file_size for entry in entries) > path.stat().st_size
    if is_compressed or is_larger or len(entries) > MAX_ENTRIES:
        raise ModelError(
            f"{path}: was not written by torch: its entries expand to more than the file; download it again"
        )


def _entries(path: Path) -> list[zipfile.ZipInfo]:
    """Returns the entries of an archive; none where the file is not one."""
    if not is_file(path) or not zipfile.is_zipfile(path):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise ModelError(f"{path}: is a damaged archive ({error}); download or copy it again") from error
