"""Finds the folder of a network of transformers, by name or by what it is. Loads nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from animator.core.confinement import is_within, named_path
from animator.core.paths import exists, is_file, is_folder
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import is_hub_id
from animator.models.diffusion.checkpoints.library import Library
from animator.models.hub import is_in_cache, not_downloaded
from animator.models.model_folder import check_model_folder, use_safetensors
from animator.models.pretrained.kind import NetworkKind
from animator.models.scipy_package import check_scipy

CONFIG = "config.json"
PROCESSORS = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json")
"""Files that say how images are prepared; the first that is there counts."""
MAX_SIDE = 4096
"""Largest side in pixels to which a network may have images resized."""
WEIGHTS = (f"*{SAFE}", "*.bin")


def find_network(kind: NetworkKind, name: str, library: Library) -> Path | None:
    """Returns the folder of a network; None for a model of the hub that may be downloaded.

    Args:
        kind: What it has to be.
        name: A folder, the name of one in the library, or a hub id; empty for the first of its kind in the
            library.
        library: The model folders.

    Raises:
        ModelError: There is none, it is incomplete, or it is something else.
    """
    if not name.strip():
        folder = next((path for path in _folders(library) if _is_of(kind, path)), None)
        if folder is None:
            raise ModelError(
                f"is not given, and there is none in {library.searched}; it names {kind.what}. {_how(kind)}"
            )
    elif (folder := _named(kind, name, library)) is None:
        return None
    check_network(kind, name, folder)
    return folder


def check_network(kind: NetworkKind, name: str, folder: Path) -> None:
    """Checks a network's folder by its configs and headers.

    Args:
        kind: What it has to be.
        name: Its name, for messages; empty for that of the folder.
        folder: The folder.

    Raises:
        ModelError: It is incomplete, broken, hostile, or something else.
    """
    name = name.strip() or str(folder)
    if not is_file(folder / CONFIG):
        raise ModelError(f"{name}: has no {CONFIG}; expected the folder of {kind.what}. {_how(kind)}")
    check_model_folder(folder)
    config = read_config(folder / CONFIG)
    if config.get("model_type") not in kind.classes:
        raise ModelError(
            f"{name}: is a model of type {config.get('model_type')!r:.60}; expected {kind.what}, of type "
            f"{kind.expected}"
        )
    if (model_type := config["model_type"]) in kind.needs_scipy:
        check_scipy(name, model_type)
    if wrong := kind.check(config):
        raise ModelError(f"{name}: {wrong}; expected {kind.what}, such as {kind.example}")
    _check_sizes(name, _processor(kind, name, folder))
    if not any(any(folder.glob(pattern)) for pattern in WEIGHTS):
        raise ModelError(f"{name}: has no weights; expected model{SAFE} beside {CONFIG}. {_how(kind)}")
    if use_safetensors(folder):
        for path in folder.glob(f"*{SAFE}"):
            read_header(path)


def _named(kind: NetworkKind, name: str, library: Library) -> Path | None:
    path = named_path(name)
    if not exists(path):
        wanted = name.strip().lower()
        path = next((folder for folder in _folders(library) if folder.name.lower() == wanted), path)
    if is_folder(path):
        return path
    if exists(path):
        raise ModelError(f"{name}: is a file; expected the folder that it lies in, with its {CONFIG}")
    if not is_hub_id(name):
        raise ModelError(
            f"{name}: there is no such folder, neither from {Path.cwd()} nor in {library.searched}; "
            f"expected the folder of {kind.what}. {_how(kind)}"
        )
    if not is_in_cache(name) and not permissions().download:
        raise not_downloaded(kind.what, name)
    return cached_folder(name)


def cached_folder(name: str) -> Path | None:
    """Returns the folder of a model in the hub's cache; None if it is not there."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, CONFIG)
    return Path(config).parent if isinstance(config, str) else None


def _folders(library: Library) -> Iterator[Path]:
    """Yields the folders in a library that have weights beside a config."""
    for folder in dict.fromkeys(path.parent for path in library.files):
        if is_within(folder) and is_file(folder / CONFIG):
            yield folder


def _is_of(kind: NetworkKind, folder: Path) -> bool:
    try:
        config = read_config(folder / CONFIG)
    except ModelError:  # a broken one is reported when it is named
        return False
    return config.get("model_type") in kind.classes and not kind.check(config)


def _processor(kind: NetworkKind, name: str, folder: Path) -> Mapping[str, Any]:
    for file in PROCESSORS:
        if is_file(folder / file):
            return read_config(folder / file)
    raise ModelError(
        f"{name}: has no {PROCESSORS[0]}, which says how images are prepared; it is published beside the "
        f"weights. {_how(kind)}"
    )


def _check_sizes(name: str, config: Mapping[str, Any]) -> None:
    """Checks that no image is to be made much larger than networks take them."""
    waiting = [(False, config)]
    for is_size, values in waiting:  # which grows on the way
        for key, value in values.items():
            if isinstance(value, Mapping):
                waiting.append((is_size or "size" in key, value))
            elif (is_size or "size" in key) and isinstance(value, int) and value > MAX_SIDE:
                raise ModelError(f"{name}: its images have {key} {value}; expected at most {MAX_SIDE} pixels")


def _how(kind: NetworkKind) -> str:
    """Returns how a network is obtained."""
    return (
        f"Download the files of {kind.example}, or of one like it, into a folder, and name that folder as "
        f"{kind.setting}, or put it into a model folder (model_folders, ANIMATOR_MODELS)"
    )
