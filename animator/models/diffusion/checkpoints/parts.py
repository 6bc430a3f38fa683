"""Finds what a file that holds a network alone lacks: text encoders, tokenizers, VAE. Opens none of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.paths import is_folder
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import HARMLESS, SAFE, Header, read_header
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES, FlowFamily, family_of_pipeline
from animator.models.diffusion.checkpoints.identify import Kind, identify_header
from animator.models.diffusion.checkpoints.library import INDEX, Library
from animator.models.diffusion.checkpoints.network_signs import (
    CLIP,
    LANGUAGE_MODEL,
    T5,
    TEXT_ENCODERS,
    differences,
    text_width,
)
from animator.models.model_folder import check_model_folder, components

NETWORK, VAE = "transformer", "vae"
"""Names of components and of their folders."""
_CONFIG = "config.json"
_WIDTHS = ("d_model", "hidden_size")


@dataclass(frozen=True)
class Rest:
    """What settings name for the rest of a model.

    Attributes:
        parts: A diffusers folder, or the name of one in the library; empty: one of the library is searched.
        text_encoders: Files that replace text encoders of the folder.
        vae: What replaces the VAE of the folder; empty for nothing.
    """

    parts: str = ""
    text_encoders: tuple[str, ...] = ()
    vae: str = ""


def is_network(kind: Kind) -> bool:
    """Returns True for a file whose flow-matching network is all that is used of it."""
    return kind.what in ("unet", "checkpoint") and kind.family in FLOW_FAMILIES


def find_parts(name: str, header: Header, library: Library, rest: Rest) -> Path:
    """Returns the diffusers folder with the rest of a network's model.

    It is the one that is named, or else the first of the library that has the network's family, describes it
    and is complete.

    Args:
        name: Of the model, for messages.
        header: Of the network's file.
        library: Finds folders.
        rest: What the settings name.

    Raises:
        ModelError: There is none, or the one that is named does not fit.
    """
    family = FLOW_FAMILIES[identify_header(header).family]
    if rest.parts:
        folder = _named_folder(rest.parts, library)
        if problem := _problem(folder, header, family, library, rest):
            raise ModelError(f"{folder}: {problem}")
        return folder
    problems = []
    for folder in library.files:
        if not (folder.is_dir() and _family(folder) is family):
            continue
        try:
            problem = _problem(folder, header, family, library, rest)
        except ModelError as error:  # a broken folder does not keep others from being used
            problem = f"cannot be used: {error.message}"
        if not problem:
            return folder
        problems.append(f"{folder} {problem}")
    raise ModelError(
        f"model {name}: the file holds the network of {family.title} alone. What it lacks: the text encoders "
        f"({family.encoders}), their tokenizers and the VAE. Name a diffusers folder of {family.title} in "
        f"diffusion.parts, or put it into a model folder (looked in {library.searched}); its folder "
        f"{NETWORK} needs {_CONFIG} only" + (f". Not usable: {'; '.join(problems)}" if problems else "")
    )


def text_encoder_files(folder: Path, library: Library, rest: Rest) -> Mapping[str, Path]:
    """Returns the files that replace text encoders, by the names of the components of a folder.

    Raises:
        ModelError: One is missing, is no text encoder, or not one of those that the folder has.
    """
    found: dict[str, Path] = {}
    expected = dict(_text_encoders(folder))
    for name in rest.text_encoders:
        path = _named_file(name, library)
        header = read_header(path)
        kind, width = identify_header(header).what, text_width(header.shapes)
        if kind not in TEXT_ENCODERS or path.suffix != SAFE:
            raise ModelError(
                f"{path}: is a file of kind {kind}; expected a {SAFE} file of a text "
                "encoder, in the layout of transformers or of ComfyUI"
            )
        fits = (part for part, known in expected.items() if known == (kind, width) and part not in found)
        part = next(fits, None)
        if part is None:
            takes = ", ".join(f"{part}: {what} of width {wide}" for part, (what, wide) in expected.items())
            raise ModelError(
                f"{path}: is a {kind} of width {width}; expected one of those of {folder} ({takes}), each "
                "once"
            )
        found[part] = path
    return found


def _named_folder(name: str, library: Library) -> Path:
    folder = library.locate(name)
    if folder is None or not is_folder(folder):
        raise ModelError(
            f"{name}: is no folder; {library.nearest_checkpoint(name)}expected a diffusers folder, or the "
            "name of one in the model folders"
        )
    return folder


def _named_file(name: str, library: Library) -> Path:
    found = library.locate(name)
    if found is None or found.suffix not in HARMLESS or is_folder(found):
        raise ModelError(
            f"{name}: there is no such {SAFE} file, here or in {library.searched}; "
            f"{library.nearest_checkpoint(name)}expected a text encoder"
        )
    return found


def _family(folder: Path) -> FlowFamily | None:
    try:
        return family_of_pipeline(str(read_config(folder / INDEX).get("_class_name", "")))
    except ModelError:
        return None


def _problem(folder: Path, header: Header, family: FlowFamily, library: Library, rest: Rest) -> str:
    """Returns what keeps a folder from being the rest of a network's model; empty for nothing."""
    if not (folder / INDEX).is_file():
        return f"has no {INDEX}; expected a diffusers folder of {family.title}"
    check_model_folder(folder)
    own = _family(folder)
    if own is not family:
        return f"is of {'an unknown family' if own is None else own.title}; expected {family.title}"
    if not (folder / NETWORK / _CONFIG).is_file():
        return f"lacks {NETWORK}/{_CONFIG}, which describes the network"
    if difference := differences(header.shapes, read_config(folder / NETWORK / _CONFIG)):
        return f"is of another version of {family.title}: the network {difference}"
    replaced = {NETWORK, *text_encoder_files(folder, library, rest), *([VAE] if rest.vae else [])}
    missing = [
        part for part in _parts(folder) if not is_complete(folder / part, needs_weights=part not in replaced)
    ]
    if missing:
        return (
            f"lacks {', '.join(missing)}: {_CONFIG} and weights ({SAFE}), or the files of a tokenizer; "
            "download it again, or name text encoders and a VAE in diffusion.text_encoders and diffusion.vae"
        )
    return ""


def _parts(folder: Path) -> Iterator[str]:
    """Yields the components of a folder that are used."""
    for part, kind in components(read_config(folder / INDEX)).items():
        if (
            len(kind) == 2
            and None not in kind
            and not part.startswith(("image_encoder", "feature_extractor"))
        ):
            yield part


def is_complete(part: Path, *, needs_weights: bool) -> bool:
    """Returns True if the folder of a component has its config, and its weights where they are needed."""
    if part.name.startswith(("tokenizer", "processor", "image_processor", "scheduler")):
        return part.is_dir() and any(part.glob("*.json"))
    return (part / _CONFIG).is_file() and (not needs_weights or any(part.glob(f"*{SAFE}")))


def _text_encoders(folder: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yields the text encoders of a folder, each with its kind and width."""
    for part, kind in components(read_config(folder / INDEX)).items():
        if part.startswith("text_encoder") and None not in kind and (folder / part / _CONFIG).is_file():
            name = str(kind[-1])
            what = T5 if "T5" in name else CLIP if "CLIP" in name else LANGUAGE_MODEL
            yield part, (what, _width(read_config(folder / part / _CONFIG)))


def _width(config: Mapping[str, Any]) -> int:
    inner = config.get("text_config")
    for settings in (config, inner if isinstance(inner, Mapping) else {}):
        for name in _WIDTHS:
            if isinstance(settings.get(name), int):
                return int(settings[name])
    return 0
