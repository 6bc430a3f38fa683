"""Where the images of a command are written."""

import re
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path

from animator.errors import UserError

FOLDER = Path("renders/images")
_NUMBER = re.compile(r"(\d{5,9})-")


def is_image_file(out: Path | None) -> bool:
    """Returns True for a path with a suffix that is not a folder."""
    return out is not None and bool(out.suffix) and not out.is_dir()


def files_of(out: Path, count: int) -> list[Path]:
    """Returns the file of each image: a path itself, or `lake-1.png`, `lake-2.png` for several.

    Raises:
        UserError: There is a folder in the way.
    """
    if count == 1:
        return [out]
    width = len(str(count))
    return [out.with_name(f"{out.stem}-{number:0{width}}{out.suffix}") for number in range(1, count + 1)]


def numbered_files(folder: Path) -> Iterator[str]:
    """Yields the beginning of a name for each next image in a folder, such as `00012`.

    Raises:
        UserError: The folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(
            f"--out {folder}: is a file without a suffix; expected a file such as lake.png, or a folder"
        )
    taken = [_NUMBER.match(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    last = max((int(match[1]) for match in taken if match), default=0)
    return (f"{number:05}" for number in numbers(last + 1))
