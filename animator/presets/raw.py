"""Reads preset and settings files, with the presets they extend."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animator.core.confinement import OutsideError, confinement
from animator.core.paths import exists, resolve
from animator.core.read import UnreadableError, read_text
from animator.errors import NameExample, PresetError, Problem
from animator.presets import yaml_text
from animator.presets.clip import with_clip_length
from animator.presets.examples import find_preset, names_text
from animator.presets.infotext_preset import infotext_preset, is_infotext
from animator.settings.import_notes import changes
from animator.settings.raw import RawPreset, group_of, grouped, merge
from animator.settings.renamed_keys import current_keys
from animator.settings.wildcards import TEXTS as PROMPTS

if TYPE_CHECKING:
    from animator.presets.deforum.importing import Imported
    from schedules.parseq import Manifest

MAX_BYTES = 1_000_000
MAX_RECORD_BYTES = 16_000_000
"""A run's record has every setting, and with it the keys that a Parseq manifest gave."""
MAX_SETTINGS_BYTES = 64_000_000
"""Parseq manifests are large: about 700 bytes per frame."""
MAX_EXTENDS = 16
RECORD = "preset.yaml"
"""Name of the record of the settings in a run folder."""
SETTINGS_SUFFIXES = (".txt", ".json")


_QUOTE = "if it is meant to be, put the text in quotes"


def read(path: Path, *, repair: bool = False, parseq: Path | None = None) -> RawPreset:
    """Reads a preset or settings file, merged over the presets it extends.

    Args:
        path: A YAML preset or a Deforum settings file; the name of an example where there is no such file.
            It is the program's own: where a confinement is in force, `find_preset` finds what others name.
        repair: Repair common mistakes in a settings file's JSON.
        parseq: A Parseq manifest with per-frame values of some settings.

    Raises:
        PresetError: A file is missing, too large, or neither YAML nor JSON.
    """
    if confinement() is None:
        path = find_preset(path)
    if parseq is None:
        return _read_chain(path, _Reader(repair))
    from animator.presets.deforum.parseq import preset_values, read_manifest  # as in `_parse_settings`

    manifest = read_manifest(parseq)
    if is_settings_file(path):
        return _read_chain(path, _Reader(repair, manifest))
    values, notes = preset_values(manifest)
    return merge(RawPreset(str(parseq), grouped(values), {}, notes), _read_chain(path, _Reader(repair)))


@dataclass(frozen=True)
class _Reader:
    """Options of reading; `manifest` replaces the Parseq manifest of a settings file."""

    repair: bool = False
    manifest: "Manifest | None" = None


def _read_chain(path: Path, reader: _Reader) -> RawPreset:
    chain: list[Path] = []
    drafts: list[RawPreset] = []
    here: Path | None = path
    while here is not None:
        chain.append(here)
        draft = _with_folder(here.parent, _read_one(here, reader))
        base = draft.values.get("extends")
        drafts.append(draft)
        here = _base_path(chain, draft, base)
    merged = drafts.pop()
    while drafts:
        merged = merge(drafts.pop(), merged)
    return merged


def _with_folder(folder: Path, draft: RawPreset) -> RawPreset:
    """Records the folder of a draft's file for each of its settings."""
    settings: dict[tuple[str, ...], Path] = {(key,): folder for key in draft.values}
    for key, value in draft.values.items():
        if group_of(key) is not None and isinstance(value, Mapping):
            settings |= {(key, str(name)): folder for name in value}
    return replace(draft, folders=settings)


def is_settings_file(path: Path) -> bool:
    """Returns True if a file is a Deforum settings file, by its suffix; all others are YAML presets."""
    return path.suffix.lower() in SETTINGS_SUFFIXES


def with_base(draft: RawPreset) -> RawPreset:
    """Merges a draft that is not from a file over the preset it extends, a path from the working directory.

    Raises:
        PresetError: The base preset cannot be read.
    """
    base = _base_path([Path(draft.source)], draft, draft.values.get("extends"))
    return draft if base is None else merge(draft, read(base))


def _read_one(path: Path, reader: _Reader) -> RawPreset:
    source = str(path)
    try:
        text = read_text(path, _limit(path))
    except UnreadableError as error:
        problem = Problem(source, "", str(error))
        hint = None if exists(path) else NameExample(names_text(source), source)
        raise PresetError(source, (problem,), hint) from error
    if is_settings_file(path):
        return _parse_settings(text, path, reader)
    return parse(text, source, limit=_limit(path))


def _parse_settings(text: str, path: Path, reader: _Reader) -> RawPreset:
    source = str(path)
    if is_infotext(text):
        return replace(infotext_preset(text, source), source=source)
    # Only here: its tables are a good part of what every command on a preset would load.
    from animator.presets.deforum.importing import import_text

    imported = import_text(text, source, repair=reader.repair, manifest=reader.manifest)
    return of_import(imported, source, path.parent)


def of_import(imported: "Imported", source: str, beside: Path | None) -> RawPreset:
    """Returns the draft of converted settings, as long as their clip.

    Args:
        imported: The settings.
        source: Their name, for messages.
        beside: Folder of their file; None if they are not from a file.
    """
    values = with_clip_length(imported.values, beside)
    return RawPreset(source, values, imported.places, imported.notes, imported=frozenset(_paths(values)))


def _paths(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yields the paths of plain values, in groups and outside of them."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((name, str(inner)) for inner in value)
        yield (name,)


def _limit(path: Path) -> int:
    """Returns the largest size of a file: by its suffix, and by whether it is the record of a run."""
    if is_settings_file(path):
        return MAX_SETTINGS_BYTES
    is_record = path.name == RECORD and (path.parent / "frames").is_dir()
    return MAX_RECORD_BYTES if is_record else MAX_BYTES


def parse(text: str, source: str, limit: int = MAX_BYTES) -> RawPreset:
    """Parses a preset's YAML; `read` resolves `extends`.

    Args:
        text: The YAML.
        source: Its name, for messages.
        limit: Largest number of characters.

    Raises:
        PresetError: It is not YAML, is too large, or has a setting under both its names.
    """
    if len(text) > limit:
        message = f"has {len(text)} characters; a preset has at most {limit}"
        raise PresetError(source, (Problem(source, "", message),))
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    notes = tuple(
        changes(".".join(path), f"the comment `{comment[:60]}` is not part of the text; {_QUOTE}")
        for path, comment in document.comments.items()
        if path[0] in PROMPTS and path[-1] not in ("ease", "morph")
    )
    return current_keys(RawPreset(source, document.values, document.places, notes))


def _base_path(chain: list[Path], draft: RawPreset, base: object) -> Path | None:
    if base is None:
        return None
    try:
        return _checked_base(chain, base)
    except ValueError as error:
        message = str(error)
    except OutsideError as error:
        message = error.message
    raise PresetError(draft.source, (Problem(draft.where(("extends",)), "extends", message),))


def _checked_base(chain: list[Path], base: object) -> Path:
    """Returns the path of the preset that the last of a chain extends.

    Raises:
        ValueError: It cannot be extended; the message says why.
        OutsideError: It leads out of the confinement in force.
    """
    if not isinstance(base, str):
        raise ValueError(f"is {base!r}; expected the path of another preset, relative to this one")
    if len(chain) >= MAX_EXTENDS:
        raise ValueError(f"more than {MAX_EXTENDS} presets extend each other")
    path = chain[-1].parent / base if confinement() is None else find_preset(Path(base))
    if resolve(path) in {resolve(link) for link in chain}:
        raise ValueError(f"{base} extends itself: " + " -> ".join(link.name for link in chain))
    return path
