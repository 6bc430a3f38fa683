"""The JSON schema of a preset, as users write it: for editors, and for programs that make presets."""

from collections.abc import Mapping
from typing import Any

from animator.settings.animation import SCHEMA_VERSION, Animation
from animator.settings.catalog import Setting, SettingGroup, group_classes, setting_groups
from animator.settings.choices import OFF
from animator.settings.setting_kinds import SettingKind
from animator.settings.step import StepSettings, names

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CLIP = {"const": "clip", "description": "Taken from the clip."}
_SOUND = {"const": "sound", "description": "As long as the sound."}
_SIZE = {"type": "string", "pattern": r"^\s*\d{1,9}\s*([xX×*,]\s*\d{1,9}\s*)?$"}
_NOTES = ("title", "default", "description")
_KEYED = "a text such as `0:(1), 60:(1+0.1*sin(t))`, or a mapping of frames to values"


def preset_schema() -> Schema:
    """Returns the schema; it loads neither torch nor the steps of other packages.

    Choices are in the spelling of the documentation, although presets may have them in any case.
    """
    schema = Animation.model_json_schema()
    kinds = group_classes()
    film, *others = setting_groups()
    groups = {kinds[group.name].__name__: group for group in others}
    properties = _completed(film, schema["properties"])
    properties["size"] = _or(properties["size"], {"type": "integer"}, _SIZE)
    for name in ("frames", "fps"):
        properties[name] = _or(properties[name], _CLIP)
    properties["frames"]["anyOf"].append(_SOUND)
    by_name = properties["signals"]["patternProperties"]
    by_name |= {name: {"anyOf": [{"type": "string"}, source]} for name, source in by_name.items()}
    for name, definition in schema["$defs"].items():
        definition.pop("title", None)
        if name in groups:
            definition["description"] = groups[name].description.partition("\n")[0]
            definition["properties"] = _completed(groups[name], definition["properties"])
    schema["$defs"][StepSettings.__name__] |= {"additionalProperties": True}  # the settings of its own step
    schema["$defs"][StepSettings.__name__]["properties"]["use"] |= {"examples": list(names())}
    return {
        "$schema": _DIALECT,
        "title": "A preset of animator",
        "type": "object",
        "additionalProperties": False,
        "properties": {**_OF_FILES, **properties},
        "$defs": schema["$defs"],
    }


_OF_FILES: Mapping[str, Schema] = {
    "schema": {"const": SCHEMA_VERSION, "description": "Version of the format of presets."},
    "extends": {"type": "string", "description": "Another preset, which has the settings that are not here."},
}


def _completed(group: SettingGroup, properties: Schema) -> Schema:
    """Returns the properties of a group with what presets accept, and with sentences and defaults."""
    inner_groups = {name: _without_notes(one) for name, one in properties.items()}
    settings = {one.name: _notes(one) | _accepted(one, properties[one.name]) for one in group.settings}
    return {**inner_groups, **settings}


def _notes(setting: Setting) -> Schema:
    """Returns what an editor shows about a setting: its sentence and its default."""
    notes: Schema = {"description": setting.description} if setting.description else {}
    if isinstance(setting.default, bool | int | float | str):
        notes["default"] = setting.default
    return notes


def _accepted(setting: Setting, found: Schema) -> Schema:
    """Returns the values that a setting takes, given pydantic's schema of it."""
    if setting.kind is SettingKind.SCHEDULE:
        return {"anyOf": [_number(setting), {"type": ["string", "object"], "description": _KEYED}]}
    if setting.kind is SettingKind.TEXT_SCHEDULE:
        return {"type": ["string", "number", "object"]}
    plain = _without_notes(found)
    if OFF in plain.get("enum", ()):  # null switches off, too
        return {"enum": [*plain["enum"], None]}
    if plain.get("type") == "string" and "enum" not in plain:  # YAML reads `8` as a number
        return {**plain, "type": ["string", "number"]}
    return plain


def _number(setting: Setting) -> Schema:
    low = "exclusiveMinimum" if setting.low_is_excluded else "minimum"
    limits = {low: setting.low, "maximum": setting.high}
    return {"type": "number", **{name: limit for name, limit in limits.items() if limit is not None}}


def _or(schema: Schema, *others: Schema) -> Schema:
    """Returns the schema of a setting that takes other values, too."""
    notes = {key: value for key, value in schema.items() if key in _NOTES}
    return {**notes, "anyOf": [_without_notes(schema), *others]}


def _without_notes(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _NOTES}
