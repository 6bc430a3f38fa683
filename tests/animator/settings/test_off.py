"""Spellings of "off" in presets."""

from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.load import dump, load
from animator.settings import Animation

OFF = (
    ("diffusion", "optical_flow_cadence"),
    ("diffusion", "optical_flow_redo_generation"),
    ("hybrid", "composite"),
    ("hybrid", "comp_mask_type"),
    ("hybrid", "comp_mask_equalize"),
    ("hybrid", "motion"),
    ("color", "coherence"),
    ("sound", "add_soundtrack"),
    ("frame_interpolation", "engine"),
)


@pytest.mark.parametrize(("group", "name"), OFF)
@pytest.mark.parametrize("written", ["none", "None", "NONE", " none ", None])
def test_off_is_none_in_any_case_or_null(group: str, name: str, written: Any) -> None:
    assert getattr(getattr(load({group: {name: written}}), group), name) == "none"


@pytest.mark.parametrize("written", ["none", "None", None])
def test_a_unit_without_preprocessor_has_module_none(written: Any) -> None:
    film = load({"controlnet": [{"module": written, "enabled": False}]})
    assert film.controlnet[0].module == "none"


@pytest.mark.parametrize("text", ["None", "~", "null", "NONE", ""])
def test_yaml_spells_off_in_many_ways(text: str) -> None:
    assert load(f"color:\n  coherence: {text}\n").color.coherence == "none"


def test_a_dump_writes_none() -> None:
    film = load({"color": {"coherence": "None"}, "sound": {"add_soundtrack": None}})
    assert "coherence: none\n" in dump(film) and "add_soundtrack: none\n" in dump(film)
    assert "None" not in dump(film)
    assert load(dump(film)) == film


@pytest.mark.parametrize(("group", "name"), OFF)
def test_the_json_schema_lists_none(group: str, name: str) -> None:
    schema = Animation.model_json_schema()
    (setting,) = (
        kind["properties"][name]
        for title, kind in schema["$defs"].items()
        if title.lower() == group.replace("_", "") and name in kind["properties"]
    )
    assert "none" in setting["enum"] and "None" not in setting["enum"]


def test_other_words_are_still_refused() -> None:
    with pytest.raises(PresetError, match=r"color\.coherence: .*'none'.*got 'nothing'"):
        load({"color": {"coherence": "nothing"}})
    with pytest.raises(PresetError, match=r"color\.coherence: .* got 3"):
        load({"color": {"coherence": 3}})
