"""A video as a folder of PNG files: its part folder, and the images in their place."""

import os
import re
from pathlib import Path

from animator.core.atomic import atomic_write, create_file
from animator.core.marks import OUTPUT, VIDEO, mark_png
from animator.core.paths import is_folder
from animator.core.read import UnreadableError, open_regular
from animator.errors import ChooseOutput, UserError
from animator.images.png_chunks import read_texts

_MARK = ".animator"
"""A file in part folders of ours."""
_IMAGE = re.compile(r"[0-9]{9}\.png")


def prepare_part_folder(folder: Path) -> None:
    """Creates the folder that ffmpeg writes images to; empties one that a dead process left.

    Raises:
        UserError: The folder is a link, or another program's.
    """
    if folder.is_symlink() or (folder.exists() and not (folder / _MARK).is_file()):
        raise UserError(
            f"{folder}: is in the way: images are written to a new folder of this name until the last one is "
            "complete, and this one is not ours; rename it",
            ChooseOutput(),
        )
    folder.mkdir(parents=True, exist_ok=True)
    create_file(folder / _MARK)
    for leftover in numbered_images(folder):
        leftover.unlink()


def move_images(part: Path, folder: Path) -> None:
    """Moves the images of a complete part folder into a folder, where they replace those of an earlier video.

    Raises:
        UserError: One of the images there is not of a video of ours; nothing was moved.
    """
    check_images(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in numbered_images(folder):
        old.unlink()
    for image in numbered_images(part):
        atomic_write(folder / image.name, mark_png(image.read_bytes(), VIDEO))
        image.unlink()
    (part / _MARK).unlink()
    part.rmdir()


def check_images(folder: Path) -> None:
    """Checks that every numbered image in a folder was written there as an image of a video of ours.

    Raises:
        UserError: Another program wrote one of them, or it is a frame of a run.
    """
    for path in numbered_images(folder):
        if png_output(path) != VIDEO:
            raise UserError(
                f"{path}: is not an image that animator encoded, and would be replaced; "
                "write to a folder without numbered images",
                ChooseOutput(),
            )


def numbered_images(folder: Path) -> list[Path]:
    """Returns the PNG files of a folder that are named by nine digits, in order."""
    if not is_folder(folder):
        return []
    return sorted(Path(entry.path) for entry in os.scandir(folder) if _IMAGE.fullmatch(entry.name))


def png_output(path: Path) -> str | None:
    """Returns the output of ours that a PNG file says it belongs to; None for all other files."""
    return png_texts(path).get(OUTPUT)


def png_texts(path: Path) -> dict[str, str]:
    """Returns the texts before the pixels of a PNG file; none for a link or another kind of file."""
    if path.is_symlink():
        return {}
    try:
        with open_regular(path) as file:
            return read_texts(file, before_pixels=True)
    except UnreadableError:
        return {}
