"""The JSON schema of a preset, as users write it: for editors, and for programs that make presets."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from animator.settings.animation import SCHEMA_VERSION, Animation
from animator.settings.choices import OFF
from animator.settings.controlnet import ControlUnit
from animator.settings.explanations import explanations
from animator.settings.fields import TINY, ParsedField, RangedSchedule, Texts
from animator.settings.raw import group_of
from animator.settings.step import StepSettings, names
from schedules import Prompts, Schedule, TextSchedule

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CLIP = {"const": "clip", "description": "Taken from the clip."}
_SIZE = {"type": "string", "pattern": r"^\s*\d{1,9}\s*([xX×*,]\s*\d{1,9}\s*)?$"}
_NOTES = ("title", "default", "description")
_KEYED = "a text such as `0:(1), 60:(1+0.1*sin(t))`, or a mapping of frames to values"


def preset_schema() -> Schema:
    """Returns the schema; it loads neither torch nor the steps of other packages.

    Choices are in the spelling of the documentation, although presets may have them in any case.
    """
    schema = Animation.model_json_schema()
    groups = {kind.__name__: kind for kind in _groups()}
    properties = _completed(Animation, schema["properties"])
    properties["size"] = _or(properties["size"], {"type": "integer"}, _SIZE)
    for name in ("frames", "fps"):
        properties[name] = _or(properties[name], _CLIP)
    for name, definition in schema["$defs"].items():
        definition.pop("title", None)
        if name in groups:
            definition["description"] = _first_line(groups[name])
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


def _groups() -> Iterator[type[BaseModel]]:
    yield from (group for name in Animation.model_fields if (group := group_of(name)))
    yield from (ControlUnit, StepSettings)


def _first_line(kind: type[BaseModel]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def _completed(kind: type[BaseModel], properties: Schema) -> Schema:
    """Returns the properties of a group with what presets accept, and with sentences and defaults."""
    texts = explanations(kind)
    return {
        name: _notes(field, texts.get(name, "")) | _accepted(field, properties[name])
        for name, field in kind.model_fields.items()
    }


def _notes(field: FieldInfo, text: str) -> Schema:
    """Returns what an editor shows about a setting: its sentence and its default."""
    notes: Schema = {"description": text} if text else {}
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(default, Schedule | TextSchedule | Prompts):
        default = default.source
    if isinstance(default, bool | int | float | str):
        notes["default"] = default
    return notes


def _accepted(field: FieldInfo, found: Schema) -> Schema:
    """Returns the values that a setting takes, given pydantic's schema of it."""
    mark = next((mark for mark in field.metadata if isinstance(mark, ParsedField)), None)
    if isinstance(mark, RangedSchedule):
        return {"anyOf": [_number(mark), {"type": ["string", "object"], "description": _KEYED}]}
    if isinstance(mark, Texts):
        return {"type": ["string", "number", "object"]}
    plain = _without_notes(found)
    if OFF in plain.get("enum", ()):  # null switches off, too
        return {"enum": [*plain["enum"], None]}
    if plain.get("type") == "string" and "enum" not in plain:  # YAML reads `8` as a number
        return {**plain, "type": ["string", "number"]}
    return plain


def _number(mark: RangedSchedule) -> Schema:
    low = {"exclusiveMinimum": 0} if mark.low == TINY else {"minimum": mark.low}
    limits = {**({} if mark.low is None else low), **({} if mark.high is None else {"maximum": mark.high})}
    return {"type": "number", **limits}


def _or(schema: Schema, *others: Schema) -> Schema:
    """Returns the schema of a setting that takes other values, too."""
    notes = {key: value for key, value in schema.items() if key in _NOTES}
    return {**notes, "anyOf": [_without_notes(schema), *others]}


def _without_notes(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _NOTES}
