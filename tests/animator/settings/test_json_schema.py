"""The JSON schema of presets: it takes what presets may say, and nothing else."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from animator.errors import PresetError
from animator.presets.examples import examples
from animator.presets.load import load
from animator.settings import Animation
from animator.settings.json_schema import preset_schema
from animator.settings.raw import group_of

SCHEMA = preset_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


GROUPS = tuple(name for name in Animation.model_fields if group_of(name))


def in_group(name: str) -> dict[str, Any]:
    """The settings of a group in the schema."""
    kind = group_of(name)
    assert kind is not None
    settings: dict[str, Any] = SCHEMA["$defs"][kind.__name__]["properties"]
    return settings


def mistakes(preset: Any) -> list[str]:
    """Paths of the settings that the schema refuses; keys are texts in JSON."""
    errors = VALIDATOR.iter_errors(json.loads(json.dumps(preset)))
    return [".".join(map(str, error.absolute_path)) for error in errors]


def test_the_schema_is_one_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_example_is_valid(example: Any) -> None:
    assert mistakes(yaml.safe_load(example.path.read_text())) == []


def test_all_settings_written_out_are_valid() -> None:
    assert mistakes(Animation().plain()) == []
    assert mistakes(load({"steps": [{"use": "vignette"}], "prompts": {0: "a"}}).plain()) == []


RIGHT: list[dict[str, Any]] = [
    {"size": 512},
    {"size": "512x320"},
    {"frames": "clip", "fps": "clip", "video": {"path": "a.mp4"}},
    {"extends": "quickstart.yaml", "schema": 1},
    {"diffusion": {"strength": 0.5, "steps": "0:(20)", "cfg_scale": {0: 7, 30: "7+sin(t)"}}},
    {"diffusion": {"sampler": {0: "Euler a", 10: "DDIM"}, "optical_flow_cadence": None}},
    {"prompts": ["a", "b"], "bpm": None, "negative_prompt": 8},
    {"output": {"preset": 8}},
    {"controlnet": [{"model": "a/b", "weight": "0:(1)"}]},
    {"steps": [{"use": "vignette", "at": "after", "strength": 0.5}]},
    {"guided": {"use_looper": True, "init_images": {0: "a.png", "max_f/2": "b.png"}}},
]


@pytest.mark.parametrize("preset", RIGHT, ids=str)
def test_the_ways_to_write_a_setting_are_valid(preset: dict[str, Any]) -> None:
    assert mistakes(preset) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sise": 512}, ""),
    ({"size": "large"}, "size"),
    ({"size": [512]}, "size"),
    ({"frames": 0}, "frames"),
    ({"frames": "all"}, "frames"),
    ({"mode": "4d"}, "mode"),
    ({"schema": 2}, "schema"),
    ({"name": "a/b"}, "name"),
    ({"diffusion": {"strength": 2}}, "diffusion.strength"),
    ({"diffusion": {"strength": True}}, "diffusion.strength"),
    ({"diffusion": {"strenght": 1}}, "diffusion"),
    ({"diffusion": 20}, "diffusion"),
    ({"controlnet": [{"modle": "a/b"}]}, "controlnet.0"),
    ({"controlnet": [{"weight": -1}]}, "controlnet.0.weight"),
    ({"steps": [{"at": "after"}]}, "steps.0"),
    ({"output": {"format": "mpeg"}}, "output.format"),
]


@pytest.mark.parametrize(("preset", "place"), WRONG, ids=str)
def test_a_mistake_is_found_at_its_place(preset: dict[str, Any], place: str) -> None:
    assert mistakes(preset) == [place]


def test_former_names_of_settings_are_not_in_it() -> None:
    assert mistakes({"upscaling": {"r_upscale_factor": 2}}) == ["upscaling"]


def test_every_setting_has_its_sentence() -> None:
    lists = ("controlnet", "ip_adapter", "steps")
    properties = dict(SCHEMA["properties"])
    properties |= {f"{name}.{key}": one for name in GROUPS for key, one in in_group(name).items()}
    bare = {name for name, one in properties.items() if "description" not in one}
    assert bare == {*GROUPS, *lists}
    assert all(SCHEMA["$defs"][kind]["description"] for kind in ("Diffusion", "ControlUnit", "StepSettings"))


def test_every_plain_default_is_shown() -> None:
    plain = Animation().plain()
    settings = [one for name in GROUPS for one in in_group(name).values()]
    assert in_group("diffusion")["steps"]["default"] == plain["diffusion"]["steps"] == 25
    assert in_group("diffusion")["steps"]["anyOf"][0] == {"type": "number", "minimum": 1, "maximum": 1000}
    assert SCHEMA["properties"]["frames"]["default"] == 120
    assert not any(isinstance(one.get("default"), dict) for one in settings)


@pytest.mark.parametrize(("preset", "place"), WRONG, ids=str)
def test_what_the_schema_refuses_cannot_be_rendered(preset: dict[str, Any], place: str) -> None:
    with pytest.raises(PresetError):
        load(preset)
