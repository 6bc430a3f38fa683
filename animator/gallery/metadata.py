"""Reads how an image or film was made, for the index: bounded, whatever is in the file."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, open_regular, read_text
from animator.errors import UserError
from animator.gallery.query import Kind
from animator.images.exif_comment import read_user_comment
from animator.images.image_file import size_of
from animator.images.png_chunks import HEAD_BYTES, read_texts, size_in
from animator.presets import raw
from animator.presets.infotext import Infotext
from animator.presets.records import PARAMETERS, read_provenance

MAX_TEXT = 100_000
"""Characters of an infotext that are read."""
MAX_INDEXED = 20_000
"""Characters of a prompt, and of all fields, that can be found."""
_MAX_SIDE = 10_000_000
_PROMPTS, _NEGATIVE = "prompts", "negative_prompt"
_CONTAINERS = (".mp4", ".webm", ".mov", ".mkv")


@dataclass(frozen=True)
class Metadata:
    """How an image or film was made.

    Attributes:
        width: Width in pixels; 0 if it is not known.
        height: Height in pixels, as `width`.
        prompt: The prompt; those of a film one per line.
        negative: The negative prompt.
        fields: Field -> value.
        infotext: The infotext; empty if there is none.
    """

    width: int = 0
    height: int = 0
    prompt: str = ""
    negative: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    infotext: str = ""


def read_metadata(path: Path, kind: Kind, run: Path | None) -> Metadata:
    """Returns the metadata of a file; empty where it is damaged or has none.

    Args:
        path: The file.
        kind: Its kind.
        run: The run folder of a film, which records its settings; None if it is in none.
    """
    if kind is Kind.FILM:
        return _film(path, run)
    try:
        with open_regular(path) as file:
            size = size_in(file.read(HEAD_BYTES))
            if size is not None:
                text = read_texts(file, keys=(PARAMETERS,)).get(PARAMETERS, "")
            else:
                text = read_user_comment(file)
    except UnreadableError:
        return Metadata()
    return _of_infotext(text[:MAX_TEXT], size or _size(path))


def _of_infotext(text: str, size: tuple[int, int]) -> Metadata:
    infotext = Infotext.parse(text)
    width, height = size if max(size) <= _MAX_SIDE else (0, 0)
    return Metadata(width, height, infotext.positive, infotext.negative, infotext.fields, text.strip())


def _film(path: Path, run: Path | None) -> Metadata:
    """Returns the metadata of a film: of its run, which is read faster, or else of the file itself."""
    width, height = (0, 0) if path.suffix.lower() in _CONTAINERS else _size(path)
    try:
        if run is not None:
            text = read_text(run / raw.RECORD, raw.MAX_RECORD_BYTES)
        else:
            text = read_provenance(path).preset or ""
        values = raw.parse(text, path.name, limit=raw.MAX_RECORD_BYTES).values
    except (UnreadableError, UserError):
        return Metadata(width, height)
    prompts = dict.fromkeys(value for _, value in _leaves(values.get(_PROMPTS, "")))
    negative = "\n".join(value for _, value in _leaves(values.get(_NEGATIVE, "")))
    rest = {name: value for name, value in values.items() if name not in (_PROMPTS, _NEGATIVE)}
    return Metadata(width, height, "\n".join(prompts)[:MAX_TEXT], negative[:MAX_TEXT], dict(_leaves(rest)))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yields each plain value in nested settings with its path, such as `diffusion.sampler`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and not all(isinstance(item, int | float | str) for item in value):
        for inner in value:
            yield from _leaves(inner, name)
    elif value not in (None, "", []):
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _size(path: Path) -> tuple[int, int]:
    try:
        return size_of(path)
    except UserError:
        return 0, 0


def plain(text: str, limit: int = MAX_INDEXED) -> str:
    """Returns a text as it is kept: composed characters, and none that a database cannot hold."""
    whole = text[:limit].replace("\0", "").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", whole)


def field_lines(fields: Mapping[str, str]) -> str:
    """Returns fields as lines `name: value`, by which they are found."""
    lines = (f"{name}: {' '.join(value.split())}" for name, value in fields.items())
    return "\n".join(lines)
