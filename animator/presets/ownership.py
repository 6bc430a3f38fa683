"""Which files animator wrote: nothing else is ever replaced, and a command's input never is."""

import os
from collections.abc import Iterable
from pathlib import Path

from animator.core.json_text import parse_json
from animator.core.marks import (
    GRID_COMMENT,
    OUTPUT,
    PART_COMMENT,
    has_animation_mark,
    has_image_mark,
    yaml_mark,
)
from animator.core.paths import exists
from animator.errors import ChooseOutput, ForceOrChooseOutput, UserError
from animator.film.comment import read_comment
from animator.film.image_sequence import png_texts
from animator.presets.film_record import is_film_record
from animator.presets.records import FILM, FRAME
from animator.presets.resolve_paths import file_settings, names_in
from animator.presets.signal_files import files_of
from animator.settings import Animation

MAX_TEXT_BYTES = 16_000_000
VIDEOS = (".mp4", ".webm", ".mov", ".mkv")
"""Suffixes of the files that hold a comment."""
JPEG = (".jpg", ".jpeg")
_PNG = b"\x89PNG\r\n\x1a\n"


def is_ours(path: Path) -> bool:
    """Returns True for a file with our record, unedited since; an empty file counts, too.

    Links, folders and files of formats that hold no record (CSV, SRT) are not ours.
    """
    if path.is_symlink() or not path.is_file():
        return False
    if path.stat().st_size == 0:
        return True
    suffix = path.suffix.lower()
    if suffix == ".png":
        return not {FILM, OUTPUT}.isdisjoint(png_texts(path))
    if suffix in (".gif", ".webp"):
        return has_animation_mark(path)
    if suffix in JPEG:
        return has_image_mark(path)
    return _has_our_comment(path) if suffix in VIDEOS else _is_our_text(path)


def is_our_frame(path: Path) -> bool:
    """Returns True for a frame of ours, also where the file is torn."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(len(_PNG))
    return not head or (head == _PNG and (FRAME in png_texts(path) or _is_torn(path)))


def _is_torn(path: Path) -> bool:
    from animator.images.image_file import BrokenImageError, decode_file  # loads Pillow, for this alone

    try:
        decode_file(path)
    except BrokenImageError:
        return True
    except UserError:  # whole, but nothing that a film has
        return False
    return False


def check_target(path: Path, inputs: Iterable[Path] = (), *, force: bool = False) -> None:
    """Checks that a command may write a file.

    Args:
        path: The file.
        inputs: Files that the command reads.
        force: Replace a file that is not ours; an input never is replaced.

    Raises:
        UserError: The file is an input, or animator did not write it.
    """
    check_not_input(path, inputs)
    if os.path.lexists(path) and not force and not is_ours(path):
        raise UserError(
            f"{path}: exists, and has no record that animator wrote it as it is now; it is left as it is",
            ForceOrChooseOutput(),
        )


def check_not_input(path: Path, inputs: Iterable[Path]) -> None:
    """Checks that a file to write is not one that is read.

    Raises:
        UserError: It is.
    """
    if path.exists() and any(source.exists() and path.samefile(source) for source in inputs):
        raise UserError(f"{path}: is read by this command, and would be replaced by it", ChooseOutput())


def input_files(animation: Animation) -> list[Path]:
    """Returns the files and folders that a film's settings name and that exist."""
    plain = animation.plain()
    names: list[str] = []
    for (*groups, name), kind in file_settings().items():
        group = plain[groups[0]] if groups else plain
        names += names_in(group[name], kind)
    names += [name for _, name in files_of(plain)]
    return [path for path in map(Path, names) if exists(path)]


def _has_our_comment(path: Path) -> bool:
    try:
        comment = read_comment(path)
    except UserError:
        return False
    return comment in (PART_COMMENT, GRID_COMMENT) or is_film_record(comment)


def _is_our_text(path: Path) -> bool:
    if path.stat().st_size > MAX_TEXT_BYTES:
        return False
    try:
        text = path.read_text(encoding="utf-8")
        if yaml_mark(text) is not None:
            return True
        record = parse_json(text)
    except ValueError:
        return False
    return isinstance(record, dict) and str(record.get("schema", "")).startswith(
        ("animator.run.", "animator.batch.")
    )
