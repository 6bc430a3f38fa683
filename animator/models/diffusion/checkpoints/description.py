"""`describe_model`: what a model's metadata and the files beside it say: words that trigger it, a preview.

Trainers write metadata into the header of a .safetensors file; the web UI and the managers of model sites put
files beside it: `name.json`, `name.civitai.info`, `name.txt`, and an image as its preview.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.confinement import is_within
from animator.core.json_text import parse_json
from animator.core.paths import is_file
from animator.core.printable import printable
from animator.core.read import UnreadableError, read_text
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header

MAX_BYTES = 2_000_000
"""Bytes of a file beside a model that is read."""
MAX_TEXT = 2_000
"""Characters of a description that is shown."""
MAX_WORDS, MAX_WORD = 30, 300
"""Words that trigger a model, and the characters of each."""
_PREVIEWS = tuple(
    f"{middle}{suffix}" for middle in (".preview", "") for suffix in (".png", ".jpg", ".jpeg", ".webp")
)


@dataclass(frozen=True)
class ModelDescription:
    """What is said of a model by whoever made or keeps it; it may be anything.

    Attributes:
        title: Its name; empty where none is given.
        text: What it is for; empty where nothing is said.
        base: The model that it belongs to, such as `SD 1.5`; empty where it is not named.
        trigger_words: Words in a prompt that bring it out, the most important first.
        preview: An image of what it makes; None where there is none.
    """

    title: str = ""
    text: str = ""
    base: str = ""
    trigger_words: tuple[str, ...] = ()
    preview: Path | None = None


def describe_model(path: Path) -> ModelDescription:
    """Returns what the metadata of a model and the files beside it say; what cannot be read says nothing.

    Args:
        path: A model's file, or the folder of a diffusers model.
    """
    metadata = _metadata(path)
    manager = _json_beside(path, ".civitai.info")
    web_ui = _json_beside(path, ".json")
    kept = [_mapping(manager.get("model")), manager, web_ui]
    words = (
        *_words(manager.get("trainedWords")),
        *_words(web_ui.get("activation text")),
        *_words(metadata.get("modelspec.trigger_phrase")),
        *_most_frequent_tags(metadata.get("ss_tag_frequency")),
    )
    texts = (
        *(one.get("description") for one in kept),
        _text_beside(path),
        metadata.get("modelspec.description"),
    )
    titles = (kept[0].get("name"), metadata.get("modelspec.title"), metadata.get("ss_output_name"))
    bases = (manager.get("baseModel"), web_ui.get("sd version"), metadata.get("ss_base_model_version"))
    return ModelDescription(
        _first_text(titles),
        _first_text(texts),
        _first_text(bases),
        tuple(dict.fromkeys(words))[:MAX_WORDS],
        next((file for suffix in _PREVIEWS if _is_image(file := _beside(path, suffix))), None),
    )


def _is_image(path: Path) -> bool:
    return is_file(path) and is_within(path)


def _beside(path: Path, suffix: str) -> Path:
    """Returns the path of a file that belongs to a model: `name.json` for `name.safetensors`."""
    stem = path.name if path.is_dir() else path.stem
    return path.with_name(f"{stem}{suffix}")


def _metadata(path: Path) -> Mapping[str, str]:
    if path.suffix != SAFE:
        return {}
    try:
        return read_header(path).metadata
    except ModelError:  # that it is broken is said by the list of models
        return {}


def _json_beside(path: Path, suffix: str) -> Mapping[str, Any]:
    try:
        return _mapping(parse_json(read_text(_beside(path, suffix), MAX_BYTES)))
    except ValueError:  # missing, too large, or not JSON: such files are other programs'
        return {}


def _text_beside(path: Path) -> str:
    try:
        return read_text(_beside(path, ".txt"), MAX_BYTES)
    except UnreadableError:
        return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first_text(texts: tuple[object, ...]) -> str:
    found = (text.strip() for text in texts if isinstance(text, str) and text.strip())
    return printable(next(found, ""))[:MAX_TEXT]


def _words(value: object) -> Iterator[str]:
    """Yields the words of a list, or of a text in which they are separated by commas."""
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    for word in words:
        if isinstance(word, str) and word.strip():
            yield printable(word.strip())[:MAX_WORD]


def _most_frequent_tags(value: object) -> list[str]:
    """Returns the tags of the images that a model was trained on, as kohya's trainer records them."""
    try:
        folders = _mapping(parse_json(value)) if isinstance(value, str) else {}
    except ValueError:
        return []
    counts: dict[str, int] = {}
    for tags in map(_mapping, folders.values()):
        for tag, count in tags.items():
            if isinstance(count, int):
                counts[tag] = counts.get(tag, 0) + count
    return list(_words(sorted(counts, key=lambda tag: -counts[tag])))
