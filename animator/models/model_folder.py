"""Checks the folder of a diffusers or transformers model before the library reads it.

A stranger's folder may name programs to import, numbers that take all memory, and links to other places.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.permissions import permissions
from animator.core.read import UnreadableError, check_regular, read_bytes
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.permitted import check_readable
from animator.models.torch_archive import check_archive

MAX_CONFIG_BYTES = 32_000_000
MAX_FILES = 10_000
MAX_NUMBER = 10_000_000
"""Largest whole number in a config: more than the words of any vocabulary."""
MAX_LAYERS = 1_000
MAX_ITEMS = 100_000
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_LIBRARIES = ("diffusers", "transformers")
_NAME = re.compile(r"(?!Auto[A-Z])[A-Z]\w*", re.ASCII)
"""Name of a class; the Auto classes of transformers take theirs from the config."""
_CODE_KEYS = ("auto_map", "custom_pipelines", "custom_pipeline", "trust_remote_code")
_ATTENTION = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
_UNUSED_PARTS = ("safety_checker",)
"""Components of a pipeline that are never loaded."""


def check_model_folder(folder: Path) -> None:
    """Checks that reading a model's folder runs no code, leaves the folder for nothing and stays in bounds.

    Args:
        folder: A folder as diffusers or transformers saves it, or one of its components.

    Raises:
        ModelError: A file does not.
    """
    roots = _roots(folder)
    for number, path in enumerate(_walk(folder), 1):
        if number > MAX_FILES:
            raise ModelError(f"{folder}: has more than {MAX_FILES} files; expected one model")
        if path.is_symlink() and not any(path.resolve().is_relative_to(root) for root in roots):
            raise ModelError(
                f"{path}: is a link that leads out of the model's folder; copy the file it leads to there"
            )
        _check_file(path)


def use_safetensors(folder: Path) -> bool:
    """Returns True for a component whose weights are in .safetensors files, False for permitted pickles.

    Raises:
        ModelError: It has pickled weights only, and these are not permitted.
    """
    if any(folder.glob(f"*{SAFE}")):
        return True
    pickled = sorted(path for path in folder.glob("*") if path.suffix in PICKLED)
    for path in pickled:
        check_readable(path)
    return not pickled


def _roots(folder: Path) -> tuple[Path, ...]:
    """Returns the folders that links may lead to: the model's own, and the blobs of a hub's cache."""
    own = folder.resolve()
    is_cached = own.parent.name == "snapshots"
    return (own, own.parents[1] / "blobs") if is_cached else (own,)


def _walk(folder: Path) -> Iterator[Path]:
    """Yields all files, and the links to folders, which are not followed."""
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in sorted(files))
        yield from (Path(root) / name for name in sorted(folders) if (Path(root) / name).is_symlink())


def _check_file(path: Path) -> None:
    try:
        if path.is_symlink() and path.is_dir():
            return
        check_regular(path)
        if path.suffix in PICKLED and permissions().pickle:
            check_archive(path)
        if path.name != INDEX and not path.name.endswith(("config.json", ".index.json")):
            return
        config = parse_json(read_bytes(path, MAX_CONFIG_BYTES))
    except UnreadableError as error:
        raise ModelError(f"{path}: {error}") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ModelError(f"{path}: is not JSON: {error}; download or copy it again") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: holds {type(config).__name__}; expected an object with settings")
    _check_config(path, config)


def _check_config(path: Path, config: Mapping[str, Any]) -> None:
    for key in _CODE_KEYS:
        if config.get(key):
            raise ModelError(
                f"{path}: {key} names a program of the model's own, which is never run; expected a model of "
                "diffusers or transformers as it is"
            )
    if path.name == INDEX:
        check_components(path, config)
    if path.name.endswith(".index.json"):
        _check_shards(path, config)
    elif path.name != "tokenizer_config.json":  # whose lengths may be 10^30, for none
        _check_values(path, config)


def check_components(path: Path | str, config: Mapping[str, Any]) -> None:
    """Checks that a pipeline is a class of diffusers and made of classes of known libraries.

    Args:
        path: The file of the config, or the hub id of the model.
        config: Content of model_index.json.

    Raises:
        ModelError: It is not: its classes would be imported from anywhere.
    """
    name = config.get("_class_name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ModelError(f"{path}: _class_name is {name!r}; expected a pipeline of diffusers")
    for part, kind in components(config).items():
        if part in _UNUSED_PARTS or kind == [None, None]:
            continue
        if part != Path(part).name or not _is_class(kind):
            raise ModelError(
                f"{path}: {part} is {kind!r}; expected a class of {' or '.join(_LIBRARIES)}, such as "
                '["diffusers", "UNet2DConditionModel"]; programs of a model are never run'
            )


def components(config: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Returns what names a component in a pipeline's config; lists of numbers are settings, as Krea 2 has."""
    return {
        part: kind
        for part, kind in config.items()
        if isinstance(kind, list) and not (kind and all(isinstance(value, (int, float)) for value in kind))
    }


def _is_class(kind: list[Any]) -> bool:
    """Returns True for a library and the name of a class in it."""
    is_known = len(kind) == 2 and kind[0] in _LIBRARIES and isinstance(kind[1], str)
    return is_known and _NAME.fullmatch(kind[1]) is not None


def _check_shards(path: Path, config: Mapping[str, Any]) -> None:
    files = config.get("weight_map")
    names = list(files.values()) if isinstance(files, dict) else [None]
    if not all(isinstance(name, str) and name == Path(name).name for name in names):
        raise ModelError(f"{path}: weight_map is broken; expected the file name of each tensor")


def _check_values(path: Path, config: Mapping[str, Any]) -> None:
    """Checks the values of a config, at every depth.

    Sizes are allocated before anything else is compared with them.
    """
    waiting: list[tuple[str, Any]] = list(config.items())
    for name, value in waiting:  # which grows on the way
        if name in _ATTENTION and value not in (None, "eager", "sdpa"):
            raise ModelError(f"{path}: {name} is {value!r}; expected eager or sdpa")
        if isinstance(value, Mapping):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(name, item) for item in value]
        elif isinstance(value, int) and abs(value) > _most(name):
            raise ModelError(f"{path}: {name} is {value}; expected at most {_most(name)}")
        if len(waiting) > MAX_ITEMS:
            raise ModelError(f"{path}: has more than {MAX_ITEMS} values; expected the settings of a network")


def _most(name: str) -> int:
    """Returns the largest number that a setting may have."""
    return MAX_LAYERS if "layers" in name else MAX_NUMBER
