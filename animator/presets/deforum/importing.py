"""Converts Deforum's settings to plain preset values, with notes on what changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.errors import PresetError, Problem
from animator.presets.deforum.batch_name import film_name
from animator.presets.deforum.caption_values import values_to_keep
from animator.presets.deforum.controlnet import owns, read_units
from animator.presets.deforum.controlnet import places as unit_places
from animator.presets.deforum.features import FEATURES, Feature
from animator.presets.deforum.forge_rows import FORGE_ROWS
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.parseq import with_manifest
from animator.presets.deforum.recognize import read_settings
from animator.presets.deforum.rows import SCHEDULE, TEXT, Row
from animator.presets.deforum.table import ALL_ROWS, COMPAT, MAPPED, ROWS, SWITCHES
from animator.presets.deforum.versions import Upgraded, upgrade
from animator.settings.import_notes import Note, changes, harmless
from animator.settings.raw import grouped
from schedules import Scope
from schedules.parseq import Manifest

_UNSUPPORTED: tuple[Feature, ...] = (*FEATURES, *FORKS, *HOST)
_TABLED = {*ROWS, *SWITCHES}


@dataclass(frozen=True)
class Imported:
    """A settings file, converted to a preset.

    Attributes:
        values: A plain preset, for `Animation.model_validate`.
        notes: On what changed.
        places: Path of a setting -> its place in the file.
    """

    values: Mapping[str, Any]
    notes: tuple[Note, ...]
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)


def settings_from_text(text: str, source: str, *, repair: bool = False) -> Mapping[str, Any]:
    """Reads a settings file of any version; returns its settings by the names of the Deforum extension 3.0.

    Args:
        text: The file.
        source: Its name, for messages.
        repair: Repair common mistakes in its JSON instead of raising.

    Raises:
        PresetError: It is not JSON, with line, column and mistake; or it is not a settings file.
    """
    document = read_settings(text, source, repair=repair)
    try:
        return upgrade(document.values).settings
    except ValueError as error:
        raise PresetError(source, (Problem(source, "prompts", str(error)),)) from error


def import_text(
    text: str, source: str, *, repair: bool = False, manifest: Manifest | None = None
) -> Imported:
    """Converts a settings file; see `settings_from_text` and `import_settings` for arguments and errors."""
    document = read_settings(text, source, repair=repair)
    imported = import_settings(document.values, source, document.places, manifest)
    return Imported(imported.values, (*document.notes, *imported.notes), imported.places)


def import_settings(
    settings: Mapping[str, Any],
    source: str,
    places: Mapping[str, str] | None = None,
    manifest: Manifest | None = None,
) -> Imported:
    """Converts Deforum settings to a preset; missing settings have Deforum's defaults.

    Args:
        settings: Settings of any version.
        source: Name of their file, for messages.
        places: Place of each setting in its file, for messages.
        manifest: A Parseq manifest that replaces the settings' own.

    Raises:
        PresetError: With every value that cannot be read.
    """
    places = places or {}
    written = _upgrade(settings, source, places)
    own = {} if manifest is None else {"parseq_manifest": manifest}
    upgraded = _with_parseq(written, own, source, places)
    complete = {**{row.name: row.default for row in ALL_ROWS}, **SWITCHES, **upgraded.settings}
    reader = _Reader(source, places)
    rows = (*_active_rows(complete), *_rows_of_forks(complete, upgraded.settings))
    values = {**COMPAT, **{row.ours: reader.value(row, complete[row.name]) for row in rows}}
    values |= {
        row.ours: row.gate.value
        for row in MAPPED
        if row.gate and not row.gate.plain and not row.gate.is_on(complete)
    }
    units = read_units(upgraded.settings, _clip_of(values))
    unit_problems = [Problem(places.get(name, source), name, message) for name, message in units.problems]
    if problems := (*reader.problems, *unit_problems):
        raise PresetError(source, problems)
    values |= {group: list(own) for group, own in units.values.items()}
    _combine(values, complete)
    sound_notes = tuple(_combine_sound(values, complete))
    shown, caption_notes = values_to_keep(written.settings, complete, _scope_of(values))
    values |= {"output.subtitle_values": shown} if shown else {}
    unsupported = _unsupported({**_feature_defaults(), **upgraded.settings}, upgraded.settings)
    notes = (*upgraded.notes, *reader.notes, *sound_notes, *units.notes, *caption_notes, *unsupported)
    return Imported(grouped(values), notes, _our_places(places) | unit_places(units, places))


class _Reader:
    """Converts values and collects notes and problems."""

    def __init__(self, source: str, places: Mapping[str, str]) -> None:
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self._source = source
        self._places = places

    def value(self, row: Row, value: Any) -> Any:
        """Returns our value of a setting; None after recording a problem."""
        try:
            ours = row.conversion.read(value)
        except ValueError as error:
            where = self._places.get(row.name, self._source)
            self.problems.append(Problem(where, row.name, _invalid_value(error, value)))
            return None
        if remark := row.conversion.remark(value):
            self.notes.append(harmless(row.name, remark))
        return ours


def _upgrade(settings: Mapping[str, Any], source: str, places: Mapping[str, str]) -> Upgraded:
    """Returns the settings by the extension's names."""
    try:
        return upgrade(settings)
    except ValueError as error:
        where = places.get("animation_prompts", places.get("prompts", source))
        raise PresetError(source, (Problem(where, "prompts", str(error)),)) from error


def _with_parseq(
    upgraded: Upgraded, over: Mapping[str, Any], source: str, places: Mapping[str, str]
) -> Upgraded:
    """Returns the settings with the values of their Parseq manifest."""
    try:
        return Upgraded(with_manifest({**upgraded.settings, **over}), upgraded.notes)
    except ValueError as error:
        name = "parseq_manifest"
        raise PresetError(source, (Problem(places.get(name, source), name, str(error)),)) from error


def _active_rows(settings: Mapping[str, Any]) -> Iterator[Row]:
    """Yields the rows in effect: those whose switch is on and that no other row replaces."""
    replaced = {row.gate.plain for row in MAPPED if row.gate and row.gate.is_on(settings)}
    return (
        row for row in MAPPED if row.name not in replaced and (row.gate is None or row.gate.is_on(settings))
    )


def _rows_of_forks(complete: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Row]:
    """Yields the forks' rows that a file writes, or whose switch it has on."""
    for row in FORGE_ROWS:
        if row.gate.is_on(complete) if row.gate else row.name in written:
            yield row


def _scope_of(values: Mapping[str, Any]) -> Scope:
    """Returns the scope in which Deforum evaluates the schedules of a film."""
    return Scope(values["frames"], max(values["diffusion.seed"], 0), values["fps"], compat=True)


def _invalid_value(error: ValueError, value: object) -> str:
    shown = repr(value)
    return f"is {shown if len(shown) <= 60 else shown[:57] + '...'}; {error}"


def _combine(values: dict[str, Any], settings: Mapping[str, Any]) -> None:
    """Sets those of our settings that depend on several of Deforum's."""
    values["size"] = [values.pop("size.0"), values.pop("size.1")]
    seeded = [values.pop("diffusion.seed_resize_from.0"), values.pop("diffusion.seed_resize_from.1")]
    values["diffusion.seed_resize_from"] = seeded if all(seeded) else None
    values["name"] = film_name(values["name"], settings)
    references = {"Image": "image", "Video Input": "video"}
    coherence = settings.get("color_coherence")
    if coherence == "Image" or (coherence == "Video Input" and values["video.path"]):
        values["color.reference"] = references[coherence]
    if values["color.reference"] != "image":
        values["color.image"] = ""
    if values["mode"] == "interpolation":  # there, the schedule applies even if its switch is off
        values["diffusion.subseed"] = SCHEDULE.read(settings["subseed_schedule"])
    if values["guided.use_looper"] and values["mode"] in ("2d", "3d"):
        values["diffusion.seed_behavior"] = "schedule"  # Deforum uses the seed schedule with guided images
    every = values["video.extract_nth_frame"]  # Deforum counts every n-th from the clip's beginning
    values["video.extract_from_frame"] = -(-values["video.extract_from_frame"] // every) * every
    if not values["prompts"]:
        values["prompts"] = {"0": ""}


def _clip_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the frame range of a unit's video: that of the clip in video mode, otherwise none."""
    if values["mode"] != "video":
        return {}
    return {name: values[f"video.{name}"] for name in ("extract_from_frame", "extract_nth_frame")}


def _combine_sound(values: dict[str, Any], settings: Mapping[str, Any]) -> Iterator[Note]:
    """Keeps the clip whose sound is used in every mode; notes a sound without a file."""
    if values["sound.add_soundtrack"] == "Init Video":
        values["video.path"] = TEXT.read(settings["video_init_path"])
    wanted = {"File": "sound.soundtrack_path", "Init Video": "video.path"}
    path = wanted.get(values["sound.add_soundtrack"])
    wished = str(settings["add_soundtrack"]).strip().lower() != "none"
    if wished and path and not values[path]:
        values["sound.add_soundtrack"] = "File"
        yield changes("add_soundtrack", "no sound file is given; the film is silent")


def _unsupported(settings: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Note]:
    """Yields notes on the file's settings that are not supported, by feature."""
    rest = [key for key in written if key not in _TABLED and not owns(key)]
    for feature in _UNSUPPORTED:
        own = tuple(key for key in rest if feature.owns(key))
        rest = [key for key in rest if key not in own]
        used = feature.used(settings)
        if used and feature.loss:
            switches = tuple(key for key in feature.switches if key in written)
            keys = tuple(dict.fromkeys((*switches, *own)))
            yield changes(keys, f"{feature.name} (left out): {feature.loss}")
        elif own:
            yield harmless(own, f"{feature.name}: not in use" if feature.loss else feature.name)
    for key in rest:
        yield changes(key, "is unknown and left out; its effect is missing")


def _feature_defaults() -> dict[str, Any]:
    return {key: value for feature in _UNSUPPORTED for key, value in feature.settings.items()}


def _our_places(places: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Returns the place of each of our settings in the file, with Deforum's name for it."""
    known = {row.name: tuple(row.ours.split(".")) for row in ALL_ROWS if row.name in places}
    return {path: f"{places[name]} {name}" for name, path in known.items()}
