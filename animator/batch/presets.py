"""The presets of a batch: files, names of examples, and folders with presets in them."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from animator.core.read import UnreadableError, read_text
from animator.errors import PresetError, UserError
from animator.presets import yaml_text
from animator.presets.deforum.recognize import read_settings
from animator.presets.raw import MAX_BYTES, MAX_SETTINGS_BYTES, SETTINGS_SUFFIXES
from animator.settings import Animation

YAML_SUFFIXES = (".yaml", ".yml")


def expand_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Returns the paths, each folder replaced by the presets and Deforum settings files in it, by name.

    Raises:
        UserError: A folder has none.
    """
    presets: list[Path] = []
    for path in paths:
        if not path.is_dir():
            presets.append(path)
            continue
        found = sorted(file for file in path.iterdir() if file.is_file() and _is_preset(file))
        if not found:
            raise UserError(f"{path}: is a folder without a preset; expected .yaml or Deforum settings files")
        presets += found
    return tuple(dict.fromkeys(presets))


def _is_preset(file: Path) -> bool:
    """Returns True for a settings file, and for YAML unless it is that of something else, such as a list."""
    with suppress(UnreadableError, PresetError):
        if file.suffix.lower() in SETTINGS_SUFFIXES:
            read_settings(read_text(file, MAX_SETTINGS_BYTES), str(file))
            return True
        if file.suffix.lower() in YAML_SUFFIXES:
            document = yaml_text.read(read_text(file, MAX_BYTES), str(file))
            known = {*Animation.model_fields, "extends", "schema"}
            return bool(document.problems) or not known.isdisjoint(document.values)
    return False
