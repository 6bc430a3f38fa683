"""Applies Parseq manifests to settings: per-frame values replace schedules."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, read_text
from animator.errors import PresetError, Problem
from animator.presets.deforum.rows import SCHEDULE, SWITCH
from animator.presets.deforum.schedule_text import plain_number
from animator.presets.deforum.table import MAPPED
from animator.settings.import_notes import Note, changes
from schedules import ScheduleError
from schedules.parseq import MAX_TEXT, Entry, Manifest

Sources = dict[str, Any]
_SEED = re.compile(r"(?<![\w.])s(?!\w)")
_NUMBERS = tuple(
    row
    for row in MAPPED
    if row.conversion is SCHEDULE and not str(row.default).partition("(")[2].startswith('"')
)
"""Schedules of numbers, in which `s` is the seed."""


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest from a file.

    Raises:
        PresetError: It cannot be read, or is not a rendered manifest.
    """
    source = str(path)
    try:
        return Manifest.parse(read_text(path, MAX_TEXT))
    except UnreadableError as error:
        message = f"{error}; expected a Parseq manifest"
    except ScheduleError as error:
        message = str(error)
    raise PresetError(source, (Problem(source, "", message),))


def with_manifest(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Replaces Deforum settings by the values of their `parseq_manifest`.

    Raises:
        ValueError: The manifest cannot be parsed; the message says why.
    """
    result = dict(settings)
    value = result.pop("parseq_manifest", None)
    deltas = SWITCH.read(result.pop("parseq_use_deltas", True))
    overrides = SWITCH.read(result.pop("parseq_non_schedule_overrides", True))
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        return result
    manifest = value if isinstance(value, Manifest) else _parse_manifest(value)
    managed = _sources(manifest, deltas=deltas)
    result |= _replace_seed({row.name: result.get(row.name, row.default) for row in _NUMBERS}) | managed
    if "seed" in manifest.columns:
        result |= {"seed_behavior": "schedule", "enable_subseed_scheduling": True}
    if "prompts" in manifest.sources():
        result |= {"animation_prompts_positive": "", "animation_prompts_negative": ""}
    return result | (_film(manifest) if overrides else {})


def _replace_seed(schedules: Mapping[str, Any]) -> Sources:
    """Returns the schedules that use `s`, with -1 instead, which is its value in Deforum with a manifest."""
    replaced = {name: _SEED.sub("(-1)", text) for name, text in schedules.items() if isinstance(text, str)}
    return {name: text for name, text in replaced.items() if text != schedules[name]}


def preset_values(manifest: Manifest) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Returns a manifest's values by their paths in a preset, and notes on unsupported ones."""
    sources = _sources(manifest, deltas=True)
    values = {row.ours: sources.pop(row.name) for row in MAPPED if row.name in sources}
    if "diffusion.seed_schedule" in values:
        values["diffusion.seed_behavior"] = "schedule"
    if "prompts" in values:
        values |= {"prompt_prefix": "", "prompt_suffix": "", "negative_prompt": ""}
    film = _film(manifest)
    values |= {row.ours: film[row.name] for row in MAPPED if row.name in film}
    notes = (changes(tuple(sources), "Parseq's values for these are not supported yet"),) if sources else ()
    return values, notes


def _parse_manifest(value: Any) -> Manifest:
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        raise ValueError(f"is {value.strip()[:80]!r}; expected the manifest itself, as JSON")
    try:
        return Manifest.parse(value)
    except ScheduleError as error:
        raise ValueError(str(error)) from error


def _sources(manifest: Manifest, *, deltas: bool) -> Sources:
    """Returns the manifest's values by Deforum's names."""
    return {name: _compact(column) for name, column in manifest.sources(deltas=deltas).items()}


def _compact(column: Mapping[int, Entry]) -> Any:
    """Returns the values without repeated keys in constant stretches: a number or a keyed text."""
    frames = list(column)
    first = column[frames[0]]
    if isinstance(first, float) and len(set(column.values())) == 1:
        return first
    repeated = {
        here
        for before, here, after in zip(frames, frames[1:], frames[2:], strict=False)
        if column[before] == column[here] == column[after]
    }
    kept = {frame: column[frame] for frame in frames if frame not in repeated}
    if isinstance(first, str):
        return {str(frame): text for frame, text in kept.items()}
    return ", ".join(f"{frame}: ({plain_number(float(value))})" for frame, value in kept.items())


def _film(manifest: Manifest) -> dict[str, Any]:
    overrides = manifest.overrides()
    film = {"max_frames": overrides.frames, "fps": overrides.fps, "diffusion_cadence": overrides.cadence}
    return {name: value for name, value in film.items() if value is not None}
