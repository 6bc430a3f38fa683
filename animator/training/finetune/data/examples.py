"""`read_examples`: the images of concepts with their captions, and every problem of them at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from animator.core.confinement import check_opening, named_path
from animator.core.paths import is_folder
from animator.core.read import UnreadableError, read_text
from animator.core.walk import TooManyFilesError, walk
from animator.errors import UserError
from animator.images.image_file import decode_file
from animator.settings.paths import search_hint
from animator.settings.problems import Problems
from animator.training.finetune.groups import ConceptSettings

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif")
CAPTION_BYTES = 100_000
MAX_IMAGES = 20_000
_NUMBER = re.compile(r"^[\d\W_]+")
"""What a file's name may begin with that is no caption, such as `0001-`."""


@dataclass(frozen=True)
class Example:
    """An image of a training.

    Attributes:
        path: Its file.
        size: Width and height in pixels.
        words: Its caption; empty where it has none.
        concept: Index of its concept.
        is_class: True for an image of the concept's class (prior preservation).
    """

    path: Path
    size: tuple[int, int]
    words: str
    concept: int
    is_class: bool = False


def read_examples(
    concepts: tuple[ConceptSettings, ...], captions: str, problems: Problems
) -> tuple[Example, ...]:
    """Returns the examples of all concepts, in the order of their paths; every image is decoded once.

    Args:
        concepts: The folders, which exist.
        captions: `data.captions`.
        problems: Gets a problem for each image or caption that cannot be read, and each empty folder.
    """
    found: list[Example] = []
    for index, concept in enumerate(concepts):
        place = ("concepts", str(index), "folder")
        paths = _images(concept.folder, place, problems)
        has_texts = any(path.with_suffix(".txt").is_file() for path in paths)
        source = _source(captions, concept, has_texts=has_texts)
        for path in paths:
            with problems.at(place):
                words = _words(path, source)
                found.append(Example(path, image_size(path), words, index))
    return tuple(found)


def class_examples(concept: ConceptSettings, index: int, folder: Path) -> tuple[Example, ...]:
    """Returns the images of a concept's class, with its prompt.

    Args:
        concept: The concept.
        index: Its index.
        folder: Where they are.

    Raises:
        UserError: One cannot be read.
    """
    paths = sorted(_files(folder))[: concept.class_images or None]
    return tuple(
        Example(path, decode_file(path).color.size, concept.class_prompt, index, is_class=True)
        for path in paths
    )


def count_images(folder: Path) -> int:
    """Returns the number of images in a folder."""
    return sum(1 for _ in _files(folder))


def _images(name: str, place: tuple[str, ...], problems: Problems) -> list[Path]:
    """Returns the images of a folder, sorted; adds a problem where there are none, or too many."""
    if not name.strip():
        problems.add(place, "is empty; expected a folder of images")
        return []
    folder = named_path(name)
    if not is_folder(folder):
        problems.add(place, f"{name}: is not a folder; expected a folder of images{search_hint(name, None)}")
        return []
    try:
        paths = sorted(_files(folder))
    except TooManyFilesError as error:
        problems.add(place, str(error))
        return []
    if not paths:
        problems.add(place, f"{folder}: has no images; expected files such as .png, .jpg or .webp")
    if len(paths) > MAX_IMAGES:
        problems.add(place, f"{folder}: has {len(paths)} images; expected at most {MAX_IMAGES}")
    return paths[:MAX_IMAGES]


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, files in walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = (name for name in files if not name.startswith("."))
        yield from (root / name for name in names if Path(name).suffix.lower() in SUFFIXES)


def _source(captions: str, concept: ConceptSettings, *, has_texts: bool) -> str:
    """Returns where captions come from: `files`, `names` or `prompt`."""
    if captions != "auto":
        return captions
    if has_texts:
        return "files"
    return "prompt" if concept.prompt else "names"


def _words(path: Path, source: str) -> str:
    """Returns an image's caption on one line.

    Raises:
        UserError: Its text file is missing, cannot be read, or leads out of the confinement in force.
    """
    if source == "prompt":
        return ""
    if source == "names":
        return _NUMBER.sub("", path.stem).replace("_", " ").strip()
    file = path.with_suffix(".txt")
    check_opening(file)
    try:
        return " ".join(read_text(file, CAPTION_BYTES).split())
    except UnreadableError as error:
        raise UserError(
            f"{file}: {error}; give the image its caption there, or set data.captions to names or prompt"
        ) from error


def image_size(path: Path) -> tuple[int, int]:
    """Returns width and height of an image, which is decoded, unless that was done since its last change.

    Raises:
        UserError: It cannot be read.
    """
    check_opening(path)  # also where it was decoded before
    try:
        facts = path.stat()
    except OSError:
        return _decoded_size(path, 0, 0)
    return _decoded_size(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=MAX_IMAGES)
def _decoded_size(path: Path, _mtime_ns: int, _bytes: int) -> tuple[int, int]:
    return decode_file(path).color.size
