"""The settings of images between their text, the fields that show them, and the ways to generate."""

from pathlib import Path
from typing import Any

import pytest

from animator.generation.catalog import image_groups
from animator.generation.settings import ImageSettings
from animator.presets.load import examine
from animator.presets.request import draft_of_request
from animator.settings.setting_kinds import SettingKind
from animator.studio.generate.analysis import analyze_images
from animator.studio.generate.animate import film_of
from animator.studio.generate.form import SECTIONS, setting_of
from animator.studio.generate.image_values import changed, text_of, value_at, values_in
from animator.studio.generate.input_modes import InputMode, changes_to, fits, margins_of, mode_of
from animator.studio.generate.orders import KeptImage
from animator.studio.generate.setting_text import read_value, shown_value
from animator.studio.generate.unit_fields import UNITS


def test_changes_of_single_settings_keep_all_others() -> None:
    values = {"steps": 2, "hires": {"scale": 2}, "controlnet": [{"model": "a"}, {"model": "b"}]}
    now = changed(values, {"steps": None, "hires.steps": 4, "controlnet.1.weight": 0.5})
    assert now == {
        "hires": {"scale": 2, "steps": 4},
        "controlnet": [{"model": "a"}, {"model": "b", "weight": 0.5}],
    }
    assert values["steps"] == 2


def test_a_group_without_a_value_is_left_out_but_one_that_is_on_stays_on() -> None:
    values = {"hires": {"scale": 2}, "freeu": {"b1": 1.1}}
    assert changed(values, {"hires.scale": None, "freeu.b1": None}) == {"freeu": {}}
    assert changed(values, {"freeu": None}) == {"hires": {"scale": 2}}


@pytest.mark.parametrize("values", [{"hires": 3}, {"hires": [1]}, {"hires": None}, {}])
def test_a_setting_can_be_given_wherever_its_group_is_wrong(values: dict[str, Any]) -> None:
    assert value_at(changed(values, {"hires.scale": 2}), "hires.scale") == 2
    assert value_at(values, "hires.scale.more") is None


def test_text_and_values_are_the_same_thing() -> None:
    values = {"prompt": "123", "size": [64, 32], "negative_prompt": "yes: no # é", "freeu": {}}
    assert values_in(text_of(values)) == values
    assert text_of({}) == "" and values_in("") == {}
    assert values_in("prompt: [") is None and values_in("just a text") is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SettingKind.WHOLE_NUMBER, " 12 ", 12),
        (SettingKind.NUMBER, "0.25", 0.25),
        (SettingKind.NUMBER, "1e-3", 0.001),
        (SettingKind.NUMBER, "many", "many"),
        (SettingKind.NUMBER, "true", "true"),
        (SettingKind.NUMBER, "[1, 2", "[1, 2"),
        (SettingKind.SIZE, "512 x 320", [512, 320]),
        (SettingKind.SIZE, "512×320", [512, 320]),
        (SettingKind.SIZE, "512", "512"),
        (SettingKind.SIZE, "wide", "wide"),
        (SettingKind.FOLDERS, "models, more", ["models", "more"]),
        (SettingKind.TEXT, "12", "12"),
        (SettingKind.TEXT, "  ", None),
    ],
)
def test_what_is_typed_into_a_field_is_a_value_or_stays_as_typed(
    kind: SettingKind, text: str, value: object
) -> None:
    assert read_value(kind, text) == value


@pytest.mark.parametrize("group", image_groups().values(), ids=lambda group: group.name or "images")
def test_every_default_is_read_back_from_what_its_field_shows(group: Any) -> None:
    for setting in group.settings:
        if setting.kind in (SettingKind.SWITCH, SettingKind.CHOICE):
            continue
        default = None if setting.default in ("", []) else setting.default
        assert read_value(setting.kind, shown_value(setting.kind, setting.default)) == default


def test_the_page_has_every_setting_of_images_once() -> None:
    common = [
        "prompt",
        "negative_prompt",
        "model",
        "sampler",
        "steps",
        "cfg_scale",
        "size",
        "seed",
        "batch",
        "count",
    ]
    placed = [*common, "styles", *(path for section in SECTIONS for path in section.paths)]
    own = ("init", "mask", "outpaint", "controlnet", "ip_adapter")
    groups = [group for name, group in image_groups().items() if name not in own]
    assert sorted(placed) == sorted(setting.path for group in groups for setting in group.settings)
    assert set(image_groups()) - {""} <= set(ImageSettings.model_fields)
    assert setting_of("controlnet.0.weight").default == 1.0
    assert [setting_of(f"{kind.group}.0.model").kind for kind in UNITS] == [SettingKind.MODEL] * 2


def test_all_problems_are_known_before_anything_loads() -> None:
    found = analyze_images("steps: many\nhires: {scale: 99}\nsize: [64, 4]\nmodel: nowhere\n", 3)
    assert found.settings is None and found.version == 3
    assert "got 'many'" in found.problem_of("steps") and found.problem_of("size")
    assert found.problem_of("hires.scale") and found.problem_of("hires") and not found.problem_of("seed")


@pytest.mark.parametrize(
    "text",
    [
        "- 1",
        "prompt: [",
        "controlnet: 5",
        "controlnet: [3]",
        "freeu: 3",
        "init: 4",
        "styles: {a: 1}",
        "\0",
        "a: &a [*a]",
    ],
)
def test_no_text_is_more_than_a_problem(text: str) -> None:
    found = analyze_images(text, 0)
    assert found.problems and found.settings is None
    assert mode_of(found.values) in InputMode and margins_of(found.values)


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({}, InputMode.TEXT),
        ({"init": {"image": "a.png"}}, InputMode.IMAGE),
        ({"init": {"image": "a.png"}, "mask": {"image": "b.png"}}, InputMode.INPAINT),
        ({"init": {"image": "a.png"}, "outpaint": {"left": 8}}, InputMode.OUTPAINT),
        ({"outpaint": {"left": "much"}, "mask": {"image": [1]}, "init": {"image": 4}}, InputMode.TEXT),
    ],
)
def test_settings_say_what_is_generated_from(values: dict[str, Any], mode: InputMode) -> None:
    assert mode_of(values) is mode and fits(mode, values)


def test_a_mode_drops_the_settings_that_only_others_have() -> None:
    values: dict[str, Any] = {
        "init": {"image": "a.png", "strength": 0.5},
        "mask": {"image": "b.png", "blur": 2},
    }
    assert changed(values, changes_to(InputMode.TEXT, "a.png")) == {
        "init": {"strength": 0.5},
        "mask": {"blur": 2},
    }
    assert changed(values, changes_to(InputMode.INPAINT_SKETCH, "a.png")) == values
    wide = changed(values, {"mask.image": None, "outpaint.left": 64})
    assert mode_of(changed(wide, changes_to(InputMode.SKETCH, "a.png"))) is InputMode.IMAGE
    assert not fits(InputMode.IMAGE, wide) and fits(InputMode.SKETCH, {"init": {"image": "a.png"}})


def test_the_film_of_an_image_is_a_preset_with_its_settings(tmp_path: Path) -> None:
    settings = ImageSettings(prompt="a lake", size=(256, 192), seed=7, steps=4, sampler="DPM++ 2M Karras")
    image = KeptImage(tmp_path / "a.png", 7, "", settings.model_dump(mode="json"))
    film = examine(*draft_of_request(film_of(image, "lake.png"))).animation
    assert film is not None and (film.size, film.diffusion.seed, film.init.image) == (
        (256, 192),
        7,
        "lake.png",
    )
    assert film.model_dump()["diffusion"]["sampler"] == "DPM++ 2M Karras"
