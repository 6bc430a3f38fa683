"""Deforum's settings -> the plain values of a preset, and notes on what did not come through as written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from animator.errors import PresetError, Problem
from animator.presets.deforum.controlnet import owns, read_units
from animator.presets.deforum.controlnet import places as unit_places
from animator.presets.deforum.features import FEATURES, Feature
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.parseq import with_manifest
from animator.presets.deforum.rows import CURVE, WORDS, Row
from animator.presets.deforum.settings_text import read_document
from animator.presets.deforum.table import COMPAT, MAPPED, ROWS, SWITCHES
from animator.presets.deforum.versions import Upgraded, upgrade
from animator.settings.import_notes import Note, changes, harmless
from schedules.parseq import Manifest

_LEFT_OUT: tuple[Feature, ...] = (*FEATURES, *FORKS, *HOST)
_TABLED = {*ROWS, *SWITCHES}


@dataclass(frozen=True)
class Imported:
    """A settings file as a preset.

    Attributes:
        values: A plain preset, for `Animation.model_validate`.
        notes: What did not come through as written.
        places: Path of a setting -> where the file says it.
    """

    values: Mapping[str, Any]
    notes: tuple[Note, ...]
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)


def settings_from_text(text: str, source: str, *, repair: bool = False) -> Mapping[str, Any]:
    """The settings of a file of any generation, by the names of the Deforum extension 3.0.

    Args:
        text: The file.
        source: Its name, for messages.
        repair: Mend the usual slips in its JSON instead of refusing them.

    Raises:
        PresetError: Not JSON; says the line, the column and what is wrong.
    """
    document = read_document(text, source, repair=repair)
    try:
        return upgrade(document.values).settings
    except ValueError as error:
        raise PresetError(source, (Problem(source, "prompts", str(error)),)) from error


def import_text(
    text: str, source: str, *, repair: bool = False, manifest: Manifest | None = None
) -> Imported:
    """The preset of a settings file; arguments and errors as `settings_from_text` and `import_settings`."""
    document = read_document(text, source, repair=repair)
    imported = import_settings(document.values, source, document.places, manifest)
    return Imported(imported.values, (*document.notes, *imported.notes), imported.places)


def import_settings(
    settings: Mapping[str, Any],
    source: str,
    places: Mapping[str, str] | None = None,
    manifest: Manifest | None = None,
) -> Imported:
    """The preset of Deforum settings; where they are silent, Deforum's defaults count.

    Args:
        settings: Settings of any generation.
        source: Where they are from, for messages.
        places: Where each setting stands in its file, for messages.
        manifest: A Parseq manifest in the place of the settings' own.

    Raises:
        PresetError: With every value that cannot be read.
    """
    places = places or {}
    own = {} if manifest is None else {"parseq_manifest": manifest}
    given = _modern(settings, own, source, places)
    filled = {**{row.name: row.default for row in MAPPED}, **SWITCHES, **given.settings}
    read = _Reading(source, places)
    values = {**COMPAT, **{row.ours: read.value(row, filled[row.name]) for row in _counting(filled)}}
    values |= {
        row.ours: row.gate.value
        for row in MAPPED
        if row.gate and not row.gate.plain and not row.gate.is_on(filled)
    }
    units = read_units(given.settings, _clip_of(values))
    wrong = [Problem(places.get(name, source), name, message) for name, message in units.problems]
    if problems := (*read.problems, *wrong):
        raise PresetError(source, problems)
    values["controlnet"] = list(units.values)
    _settle(values, filled)
    settled = tuple(_settle_sound(values, filled))
    left_out = _left_out({**_feature_defaults(), **given.settings}, given.settings)
    notes = (*given.notes, *read.notes, *settled, *units.notes, *left_out)
    return Imported(nested(values), notes, _our_places(places) | unit_places(units, places))


class _Reading:
    """Reads values and collects what there is to say about them."""

    def __init__(self, source: str, places: Mapping[str, str]) -> None:
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self._source = source
        self._places = places

    def value(self, row: Row, given: Any) -> Any:
        """Our value of a setting; None and a problem where there is none."""
        try:
            value = row.conversion.read(given)
        except ValueError as error:
            where = self._places.get(row.name, self._source)
            self.problems.append(Problem(where, row.name, _expected(error, given)))
            return None
        if remark := row.conversion.remark(given):
            self.notes.append(harmless(row.name, remark))
        return value


def _modern(
    settings: Mapping[str, Any], over: Mapping[str, Any], source: str, places: Mapping[str, str]
) -> Upgraded:
    """The settings by the extension's names, with what their Parseq manifest says."""
    try:
        given = upgrade(settings)
    except ValueError as error:
        where = places.get("animation_prompts", places.get("prompts", source))
        raise PresetError(source, (Problem(where, "prompts", str(error)),)) from error
    try:
        return Upgraded(with_manifest({**given.settings, **over}), given.notes)
    except ValueError as error:
        name = "parseq_manifest"
        raise PresetError(source, (Problem(places.get(name, source), name, str(error)),)) from error


def _counting(settings: Mapping[str, Any]) -> Iterator[Row]:
    """The rows that have a say: those whose switch is on, and not those another one replaces."""
    replaced = {row.gate.plain for row in MAPPED if row.gate and row.gate.is_on(settings)}
    return (
        row for row in MAPPED if row.name not in replaced and (row.gate is None or row.gate.is_on(settings))
    )


def _expected(error: ValueError, given: object) -> str:
    shown = repr(given)
    return f"is {shown if len(shown) <= 60 else shown[:57] + '...'}; {error}"


def _settle(values: dict[str, Any], settings: Mapping[str, Any]) -> None:
    """What one setting says about several of ours."""
    values["size"] = [values.pop("size.0"), values.pop("size.1")]
    values["name"] = film_name(values["name"], settings)
    references = {"Image": "image", "Video Input": "video"}
    outside = settings.get("color_coherence")
    if outside == "Image" or (outside == "Video Input" and values["video.path"]):
        values["color.reference"] = references[outside]
    if values["color.reference"] != "image":
        values["color.image"] = ""
    if values["mode"] == "interpolation":  # there, the schedule counts though its switch is off
        values["diffusion.subseed"] = CURVE.read(settings["subseed_schedule"])
    if values["guided.use_looper"] and values["mode"] in ("2d", "3d"):
        values["diffusion.seed_behavior"] = "schedule"  # guided images take the seed schedule there
    every = values["video.extract_nth_frame"]  # every n-th counts from the clip's beginning there
    values["video.extract_from_frame"] = -(-values["video.extract_from_frame"] // every) * every
    if not values["prompts"]:
        values["prompts"] = {"0": ""}


def _clip_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """How a unit's film is cut: like the clip in video mode, and else not at all."""
    if values["mode"] != "video":
        return {}
    return {name: values[f"video.{name}"] for name in ("extract_from_frame", "extract_nth_frame")}


def _settle_sound(values: dict[str, Any], settings: Mapping[str, Any]) -> Iterator[Note]:
    """The clip whose sound is taken counts in every mode; what has no file is silent."""
    if values["sound.add_soundtrack"] == "Init Video":
        values["video.path"] = WORDS.read(settings["video_init_path"])
    wanted = {"File": "sound.soundtrack_path", "Init Video": "video.path"}
    path = wanted.get(values["sound.add_soundtrack"])
    wished = str(settings["add_soundtrack"]).strip().lower() != "none"
    if wished and path and not values[path]:
        values["sound.add_soundtrack"] = "File"
        yield changes("add_soundtrack", "the file with the sound is not named; the film is silent")


def film_name(template: str, settings: Mapping[str, Any]) -> str:
    """A file's name of a `batch_name` with its placeholders filled in; runs have their own time stamp."""

    def filled(match: re.Match[str]) -> str:
        value = {**settings, "timestring": ""}.get(match[1].strip(), match[0])
        return "" if value is None else str(value)

    text = re.sub(r"\{([^{}]*)\}", filled, PurePath(template.replace("\\", "/")).name)
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", text).strip(" ._")
    return plain[:100].strip(" ._") or "untitled"


def _left_out(settings: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Note]:
    """Notes on the file's settings that have no place here, by feature."""
    rest = [key for key in given if key not in _TABLED and not owns(key)]
    for feature in _LEFT_OUT:
        own = tuple(key for key in rest if feature.owns(key))
        rest = [key for key in rest if key not in own]
        used = feature.used(settings)
        if used and feature.loss:
            switches = tuple(key for key in feature.switches if key in given)
            keys = tuple(dict.fromkeys((*switches, *own)))
            yield changes(keys, f"{feature.name} (left out): {feature.loss}")
        elif own:
            yield harmless(own, f"{feature.name}: not in use" if feature.loss else feature.name)
    for key in rest:
        yield changes(key, "is unknown; it is left out, and whatever it did is missing")


def _feature_defaults() -> dict[str, Any]:
    return {key: value for feature in _LEFT_OUT for key, value in feature.settings.items()}


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The values of paths such as `motion.zoom`, in groups."""
    groups: dict[str, Any] = {}
    for path, value in flat.items():
        group, _, name = path.rpartition(".")
        (groups.setdefault(group, {}) if group else groups)[name] = value
    return groups


def _our_places(places: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Where each of our settings is said, with Deforum's name for it."""
    known = {row.name: tuple(row.ours.split(".")) for row in MAPPED if row.name in places}
    return {path: f"{places[name]} {name}" for name, path in known.items()}
