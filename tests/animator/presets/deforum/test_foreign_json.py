"""JSON of other programs given as a settings file: refused by name, with what to do."""

import json
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum.importing import import_text
from animator.presets.deforum.prompt_forms import with_negatives
from animator.presets.deforum.prompt_weights import with_and

FILES: list[tuple[dict[str, Any], str]] = [
    (
        {"sd_model_checkpoint": "x", "CLIP_stop_at_last_layers": 2, "sd_vae": "None"},
        "a web UI's configuration",
    ),
    ({"Comfy.Settings": 1, "Comfy.Palette": "dark"}, "ComfyUI's own settings"),
    ({"prompt": "a", "steps": 20, "seed": 1}, 'the settings of one image .*"prompts"'),
    (
        {"prompt": "a", "negative_prompt": "", "seed": 1, "width": 512, "cfg_scale": 7},
        "the settings of one image",
    ),
    ({"positive_prompt": "a", "seed": 1, "steps": 3, "model": {}}, "the settings of one image"),
    ({"sui_image_params": {"prompt": "a"}}, "the settings of one image"),
    ({"fps": 15, "add_soundtrack": "None", "frame_interpolation_engine": "None"}, "Deforum's video settings"),
    (
        {"prompt_map": {"0": "a"}, "motion_module": "m", "seed": [1], "steps": 20},
        "an AnimateDiff configuration",
    ),
    ({"text_prompts": {}, "flow_warp": True, "style_strength_schedule": [1]}, "a WarpFusion settings file"),
    ({"cells": [], "metadata": {}, "nbformat": 4}, "a Jupyter notebook"),
    ({"name": "x", "version": "1", "dependencies": {}}, "a list of an npm project"),
    ({"id": 1, "trainedWords": ["x"]}, "a description of a model"),
]


@pytest.mark.parametrize(("values", "kind"), FILES)
def test_a_file_of_another_program_is_named(values: dict[str, Any], kind: str) -> None:
    with pytest.raises(PresetError, match=f"is {kind}"):
        import_text(json.dumps(values), "file.json")


@pytest.mark.parametrize(
    "values",
    [{"fps": 15}, {"steps": 5}, {"max_frames": 3, "prompt": "a", "sd_vae": "x"}, {"prompts": {"0": "a"}}, {}],
)
def test_a_small_settings_file_is_one(values: dict[str, Any]) -> None:
    assert import_text(json.dumps(values), "file.json").values


@pytest.mark.parametrize("name", ["animation_mode", "cn_1_enabled"])
@pytest.mark.parametrize("value", [[], {}, [1]])
def test_a_value_of_another_type_is_a_problem(name: str, value: Any) -> None:
    with pytest.raises(PresetError, match=name):
        import_text(json.dumps({"max_frames": 3, "zoom": "0:(1)", name: value}), "film.txt")


@pytest.mark.parametrize("value", ["1E310", "nan", "-inf", float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["extract_from_frame", "steps", "fps"])
def test_a_number_that_is_not_finite_is_a_problem(name: str, value: Any) -> None:
    with pytest.raises(PresetError, match=f"{name}: is .*expected"):
        import_text(json.dumps({"max_frames": 3, "zoom": "0:(1)", name: value}), "film.txt")


def test_keys_in_other_digits_and_endless_ones_are_no_frames() -> None:
    negatives = {"\u00b2": "x", "9" * 5000: "y", "0": "z"}
    joined = with_negatives({"0": "a", "\u00b2": "b"}, negatives)
    assert joined == {"0": "a --neg z", "\u00b2": "b --neg z"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a castle:2, fog:-1", "a castle --neg fog"),
        ("a lake at 10:30:2, fog:-0.5", "a lake at 10:30 --neg fog"),
        ("(a:1.2):2, b", "(a:1.2) :0.666667 AND b :0.333333"),
        ("a castle :2 , fog : -1", "a castle --neg fog"),
        ("a ratio 16:9", "a ratio 16:9"),
    ],
)
def test_weights_of_notebooks_become_parts(text: str, expected: str) -> None:
    assert with_and({"0": text}, {"prompt_weighting": True})["0"] == expected
