"""Deforum settings of any content: a film, or a problem with its place."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from animator.errors import UserError
from animator.presets.deforum.exporting import export_settings
from animator.presets.deforum.importing import import_text
from animator.presets.deforum.recognize import read_settings
from animator.presets.deforum.table import ROWS
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from tests.fuzz.damage import damaged

SMALL = {
    "max_frames": 3,
    "W": 64,
    "H": 64,
    "prompts": {"0": "a lake", "2": "b --neg c"},
    "zoom": "0:(1), 2:(1.1)",
}
NAMES = st.sampled_from(
    (*ROWS, "prompts", "parseq_manifest", "cn_1_enabled", "cn_1_model", "animation_prompts", "zoom")
)
ODD = ("0:(1)", "0:(t), 1:(nan)", "0: (1/0)", "-1", "1e999", "2D", "Video Input", "None", "{", "[]", "\ud800")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(ODD)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_settings_of_any_values_are_a_film_or_refused(values: dict[str, Any]) -> None:
    with suppress(UserError):
        imported = import_text(json.dumps({**SMALL, **values}), "film.txt")
        film = validate(RawPreset("film.txt", imported.values, imported.places, imported.notes))
        assert export_settings(film).text


@given(damaged(json.dumps(SMALL, indent=1).encode()), st.booleans())
def test_damaged_settings_are_read_or_refused(data: bytes, repair: bool) -> None:
    with suppress(UserError):
        read_settings(data.decode("utf-8", "surrogateescape"), "film.txt", repair=repair)


@given(VALUES)
def test_json_of_any_kind_is_settings_or_refused(value: Any) -> None:
    with suppress(UserError):
        import_text(json.dumps(value), "film.json")
