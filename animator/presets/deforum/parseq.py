"""Parseq manifests laid over settings: per-frame values in the place of schedules."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.errors import PresetError, Problem
from animator.presets.deforum.rows import CURVE, SWITCH
from animator.presets.deforum.schedule_text import plain_number
from animator.presets.deforum.table import MAPPED
from animator.settings.import_notes import Note, changes
from schedules import ScheduleError
from schedules.parseq import Entry, Manifest

Sources = dict[str, Any]
_SEED = re.compile(r"(?<![\w.])s(?!\w)")
_NUMBERS = tuple(
    row
    for row in MAPPED
    if row.conversion is CURVE and not str(row.default).partition("(")[2].startswith('"')
)
"""The schedules of numbers; in those of texts an `s` is a letter."""


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        PresetError: It cannot be read, or is no rendered manifest.
    """
    source = str(path)
    try:
        return Manifest.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = "is not UTF-8 text; is it a Parseq manifest?"
    except ScheduleError as error:
        message = str(error)
    raise PresetError(source, (Problem(source, "", message),))


def with_manifest(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Deforum settings with those that their `parseq_manifest` gives replaced by its values.

    Raises:
        ValueError: The manifest cannot be read; says why.
    """
    result = dict(settings)
    given = result.pop("parseq_manifest", None)
    deltas = SWITCH.read(result.pop("parseq_use_deltas", True))
    overrides = SWITCH.read(result.pop("parseq_non_schedule_overrides", True))
    if given is None or given == "" or (isinstance(given, str) and not given.strip()):
        return result
    manifest = given if isinstance(given, Manifest) else _manifest(given)
    managed = _sources(manifest, deltas=deltas)
    result |= _without_seed({row.name: result.get(row.name, row.default) for row in _NUMBERS}) | managed
    if "seed" in manifest.columns:
        result |= {"seed_behavior": "schedule", "enable_subseed_scheduling": True}
    if "prompts" in manifest.sources():
        result |= {"animation_prompts_positive": "", "animation_prompts_negative": ""}
    return result | (_film(manifest) if overrides else {})


def _without_seed(schedules: Mapping[str, Any]) -> Sources:
    """The schedules that say `s`, with the -1 that it means wherever there is a manifest in Deforum."""
    said = {name: _SEED.sub("(-1)", text) for name, text in schedules.items() if isinstance(text, str)}
    return {name: text for name, text in said.items() if text != schedules[name]}


def preset_values(manifest: Manifest) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """What a manifest says, by the paths of a preset, and notes on what has no place there."""
    given = _sources(manifest, deltas=True)
    values = {row.ours: given.pop(row.name) for row in MAPPED if row.name in given}
    if "diffusion.seed_schedule" in values:
        values["diffusion.seed_behavior"] = "schedule"
    if "prompts" in values:
        values |= {"prompt_prefix": "", "prompt_suffix": "", "negative_prompt": ""}
    film = _film(manifest)
    values |= {row.ours: film[row.name] for row in MAPPED if row.name in film}
    notes = (changes(tuple(given), "Parseq's values for these are not supported yet"),) if given else ()
    return values, notes


def _manifest(given: Any) -> Manifest:
    if isinstance(given, str) and not given.lstrip().startswith("{"):
        raise ValueError(f"is {given.strip()[:80]!r}; expected the manifest itself, as JSON")
    try:
        return Manifest.parse(given)
    except ScheduleError as error:
        raise ValueError(str(error)) from error


def _sources(manifest: Manifest, *, deltas: bool) -> Sources:
    """The manifest's values by Deforum's names."""
    return {name: _shortened(column) for name, column in manifest.sources(deltas=deltas).items()}


def _shortened(column: Mapping[int, Entry]) -> Any:
    """The values without the insides of level stretches: a number, a schedule's text, or keyed texts."""
    frames = list(column)
    first = column[frames[0]]
    if isinstance(first, float) and len(set(column.values())) == 1:
        return first
    inside = {
        here
        for before, here, after in zip(frames, frames[1:], frames[2:], strict=False)
        if column[before] == column[here] == column[after]
    }
    kept = {frame: column[frame] for frame in frames if frame not in inside}
    if isinstance(first, str):
        return {str(frame): text for frame, text in kept.items()}
    return ", ".join(f"{frame}: ({plain_number(float(value))})" for frame, value in kept.items())


def _film(manifest: Manifest) -> dict[str, Any]:
    asked = manifest.overrides()
    film = {"max_frames": asked.frames, "fps": asked.fps, "diffusion_cadence": asked.cadence}
    return {name: value for name, value in film.items() if value is not None}
