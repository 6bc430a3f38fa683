"""Finds IP-Adapters and their image encoders by name. Loads nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import is_within, named_path
from animator.core.paths import exists, is_file, is_folder
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import PICKLED, SAFE
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.ip_adapter.facts import CONFIG, AdapterFacts, adapter_facts, encoder_facts
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.permitted import check_readable

_FOLDER = "image_encoder"
_BESIDE = (_FOLDER, f"../models/{_FOLDER}", f"../sdxl_models/{_FOLDER}")
"""Where the encoder lies, seen from the adapter, in the folders that adapters are published in."""
_SIGNS = ("image_encoder", "clip_vision", "clip-vision", "clip-vit", "clip_vit")
"""Parts of the names of image encoders, or of their folders."""


@dataclass(frozen=True)
class FoundAdapter:
    """An adapter with its image encoder.

    Attributes:
        name: As settings name it.
        path: The adapter's file.
        encoder: Folder or file of its image encoder.
        facts: What the adapter takes.
    """

    name: AdapterName
    path: Path
    encoder: Path
    facts: AdapterFacts

    @property
    def files(self) -> tuple[Checkpoint, Checkpoint]:
        """Locations of the adapter and of its encoder, each of which settings may name."""
        encoder = self.name.encoder or self.encoder.name
        return (
            Checkpoint(self.name.model, str(self.path), "file"),
            Checkpoint(encoder, str(self.encoder), "file" if is_file(self.encoder) else "folder"),
        )


def find_adapter(name: AdapterName, library: Library) -> FoundAdapter:
    """Finds an adapter and its image encoder.

    Args:
        name: The adapter.
        library: Finds names without a path.

    Raises:
        ModelError: One of them is missing, may not be read or is something else, or they do not fit.
    """
    path = find_adapter_file(name.model, library)
    check_readable(path)
    facts = adapter_facts(path)
    encoder = _named_encoder(name, facts, library) if name.encoder else _usual_encoder(path, facts, library)
    return FoundAdapter(name, path, encoder, facts)


def find_adapter_file(name: str, library: Library) -> Path:
    """Finds the file of an adapter.

    Args:
        name: A file, a folder with one adapter in it, or the name of one in the library.
        library: Finds names without a path.

    Raises:
        ModelError: There is no adapter of that name.
    """
    location = library.locate(name)
    if location is None:
        raise ModelError(
            f"ip_adapter {name}: there is no such folder or file; {library.nearest_checkpoint(name)}"
            f"looked in {library.searched}, which the setting `model_folders` names; "
            f"expected a file such as ip-adapter_sd15{SAFE}"
        )
    if is_folder(location):
        return _only_adapter(name, location)
    if location.suffix not in (SAFE, *PICKLED):
        raise ModelError(f"ip_adapter {name}: {location} is not a model file; expected a {SAFE} file")
    return location


def _only_adapter(name: str, folder: Path) -> Path:
    """Returns the only adapter in a folder.

    Raises:
        ModelError: There is none, or more than one.
    """
    files = [path for path in sorted(folder.glob("*")) if path.suffix in (SAFE, ".bin") and is_file(path)]
    safe = [path for path in files if path.suffix == SAFE]
    found = safe or files
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found[:5]) or "none"
    raise ModelError(
        f"ip_adapter {name}: the folder has {len(found)} model files ({names}); name the file of one adapter"
    )


def _named_encoder(name: AdapterName, facts: AdapterFacts, library: Library) -> Path:
    path, wanted = named_path(name.encoder), name.encoder.lower()
    in_library = (
        found for found in _encoders_in(library) if wanted in (found.name.lower(), found.stem.lower())
    )
    location = path if exists(path) else next(in_library, None) or library.checkpoint(name.encoder)
    if location is None:
        raise ModelError(
            f"encoder {name.encoder}: there is no such folder or file; looked in {library.searched}; "
            f"expected {facts.encoder_name}, the adapter's image encoder, as a folder or a {SAFE} file"
        )
    if is_file(location):
        check_readable(location)
    found = encoder_facts(location)
    if not facts.takes(found):
        raise ModelError(
            f"encoder {name.encoder}: its layers have width {found.layers} and its embedding has width "
            f"{found.embedding}; the adapter {name.model} needs {facts.encoder_name}"
        )
    return location


def _usual_encoder(adapter: Path, facts: AdapterFacts, library: Library) -> Path:
    """Returns the encoder beside an adapter, or the first in the library that fits it."""
    beside = (adapter.parent / part for part in _BESIDE)
    for path in (*(path for path in beside if is_file(path / CONFIG)), *_encoders_in(library)):
        if is_within(path) and _fits(path, facts):
            return path
    raise ModelError(
        f"ip_adapter {adapter.name}: its image encoder, {facts.encoder_name}, was not found: neither as "
        f"{_FOLDER} beside {adapter} nor in {library.searched}; put it there, or name its folder or file "
        "as encoder"
    )


def _fits(path: Path, facts: AdapterFacts) -> bool:
    try:
        return facts.takes(encoder_facts(path))
    except ModelError:  # another file whose name looks like an encoder's
        return False


def _encoders_in(library: Library) -> Iterator[Path]:
    """Yields what may be image encoders in a library, by their names: folders and files, each once."""
    seen: set[Path] = set()
    for path in library.files:
        if not any(sign in f"{path.parent.name}/{path.name}".lower() for sign in _SIGNS):
            continue
        found = path.parent if is_file(path.parent / CONFIG) else path
        if found not in seen and (found.suffix == SAFE or is_folder(found)):
            seen.add(found)
            yield found
