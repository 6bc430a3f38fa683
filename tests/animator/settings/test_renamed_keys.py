"""Old names of settings in presets, overrides and saved runs."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

from animator.errors import PresetError
from animator.presets.load import dump, load
from animator.presets.sources import PresetSource
from animator.presets.sources import load as load_source
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings import Animation
from animator.settings.raw import group_of
from animator.settings.renamed_keys import RENAMED_KEYS

OLD: dict[str, Any] = {
    "upscaling": {
        "r_upscale_video": True,
        "r_upscale_factor": "x3",
        "r_upscale_model": "lanczos",
        "r_upscale_keep_imgs": True,
    },
    "frame_interpolation": {
        "x_amount": 4,
        "slow_mo_enabled": True,
        "slow_mo_amount": 3,
        "keep_imgs": True,
    },
    "depth": {"stabilise": True},
    "mask": {"mask_overlay_blur": 2, "mask_contrast_adjust": 3, "mask_brightness_adjust": 0.5},
}
NEW: dict[str, Any] = {
    "upscaling": {"enabled": True, "factor": 3, "model": "lanczos", "keep_images": True},
    "frame_interpolation": {"amount": 4, "slow_motion": True, "slow_motion_amount": 3, "keep_images": True},
    "depth": {"stabilize": True},
    "mask": {"overlay_blur": 2, "contrast_adjust": 3, "brightness_adjust": 0.5},
}
NOTE = "note: upscaling.r_upscale_video is now called upscaling.enabled"


def write(folder: Path, values: dict[str, Any], name: str = "film.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(values))
    return path


def notes_of(path: Path, *overrides: str) -> list[str]:
    lines: list[str] = []
    load_source(PresetSource(path), list(overrides), lines.append)
    return lines


def test_old_keys_of_a_file_set_the_renamed_settings(tmp_path: Path) -> None:
    assert load(write(tmp_path, OLD)) == load(write(tmp_path, NEW))


def test_every_old_key_is_noted_once(tmp_path: Path) -> None:
    old_keys = [f"{group}.{old}" for group, keys in RENAMED_KEYS.items() for old in keys]
    lines = notes_of(write(tmp_path, OLD))
    assert NOTE in lines
    assert sorted(line.split()[1] for line in lines) == sorted(old_keys)


def test_new_keys_are_not_noted(tmp_path: Path) -> None:
    assert notes_of(write(tmp_path, NEW)) == []


def test_every_new_name_is_a_setting_and_no_old_one_is() -> None:
    for name, keys in RENAMED_KEYS.items():
        group = group_of(name)
        assert group is not None
        assert set(keys.values()) <= group.model_fields.keys()
        assert not keys.keys() & group.model_fields.keys()


def test_old_keys_are_accepted_in_mappings_and_yaml_text() -> None:
    assert load(OLD) == load(yaml.safe_dump(OLD)) == load(NEW)


def test_a_base_preset_with_old_keys_lies_below_new_keys(tmp_path: Path) -> None:
    write(tmp_path, OLD, "base.yaml")
    path = write(tmp_path, {"extends": "base.yaml", "upscaling": {"factor": 2}})
    film = load(path)
    assert (film.upscaling.factor, film.upscaling.enabled) == (2, True)
    assert notes_of(path).count(NOTE) == 1


def test_an_old_key_in_two_presets_of_a_chain_is_noted_once(tmp_path: Path) -> None:
    write(tmp_path, OLD, "base.yaml")
    assert notes_of(write(tmp_path, {"extends": "base.yaml", **OLD})).count(NOTE) == 1


def test_old_keys_are_accepted_in_overrides_and_noted(tmp_path: Path) -> None:
    path = write(tmp_path, {})
    overrides = ["upscaling.r_upscale_video=true", "depth={stabilise: true}"]
    film = load(path, overrides)
    assert film.upscaling.enabled and film.depth.stabilize
    assert notes_of(path, *overrides) == [NOTE, "note: depth.stabilise is now called depth.stabilize"]


def test_an_override_by_its_old_name_replaces_the_new_one(tmp_path: Path) -> None:
    film = load(write(tmp_path, NEW), {"upscaling.r_upscale_factor": "x4"})
    assert film.upscaling.factor == 4


def test_with_accepts_old_keys() -> None:
    film = Animation().with_(upscaling={"r_upscale_video": True}, **{"mask.mask_overlay_blur": 7})
    assert (film.upscaling.enabled, film.mask.overlay_blur) == (True, 7)


def test_python_callers_get_a_deprecation_warning() -> None:
    with pytest.warns(DeprecationWarning, match=r"depth\.stabilise is now called depth\.stabilize") as caught:
        load({"depth": {"stabilise": True}})
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"depth\.stabilise is now called depth\.stabilize") as caught:
        Animation().with_(depth={"stabilise": True})
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(NEW)


def test_both_names_in_one_preset_are_an_error_that_names_both(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text("upscaling:\n  enabled: false\n  r_upscale_video: true\n")
    with pytest.raises(PresetError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert "film.yaml:3:3: upscaling.r_upscale_video: " in str(problem)
    assert "upscaling.enabled" in str(problem)


@pytest.mark.parametrize("both", [{"stabilise": True, "stabilize": True}])
def test_both_names_are_an_error_in_mappings_and_overrides(both: dict[str, Any]) -> None:
    message = r"depth\.stabilise.*depth\.stabilize"
    with pytest.raises(PresetError, match=message):
        load({"depth": both})
    with pytest.raises(PresetError, match=message):
        load({}, {"depth": both})
    with pytest.raises(PresetError, match=message):
        Animation().with_(depth=both)


def test_a_mistake_under_an_old_key_is_reported_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text("upscaling:\n  r_upscale_factor: x9\n")
    with pytest.raises(PresetError, match=r"film\.yaml:2:3: upscaling\.factor: .* got 'x9'"):
        load(path)


@pytest.mark.parametrize(("written", "factor"), [(2, 2), ("x2", 2), (" X3 ", 3), (4, 4), ("4", 4)])
def test_the_upscaling_factor_is_a_number_or_the_old_text(written: Any, factor: int) -> None:
    assert load({"upscaling": {"factor": written}}).upscaling.factor == factor


@pytest.mark.parametrize("wrong", [1, 5, "x5", "two", None, True, 2.5])
def test_other_upscaling_factors_are_errors(wrong: Any) -> None:
    with pytest.raises(PresetError, match=r"upscaling\.factor: .*2, 3 or 4"):
        load({"upscaling": {"factor": wrong}})


def old_style(plain: dict[str, Any]) -> dict[str, Any]:
    """The settings of a film as earlier versions saved them."""
    for group, keys in RENAMED_KEYS.items():
        plain[group] = {
            {new: old for old, new in keys.items()}.get(name, name): value
            for name, value in plain[group].items()
        }
    plain["upscaling"]["r_upscale_factor"] = f"x{plain['upscaling']['r_upscale_factor']}"
    plain["color"]["coherence"] = "None"
    plain["diffusion"]["optical_flow_cadence"] = "None"
    return plain


def test_a_saved_run_with_old_keys_resumes(tmp_path: Path, make_animation: Any) -> None:
    film = make_animation(color={"coherence": "none"}, depth={"stabilize": True}, mask={"overlay_blur": 2})
    with Run.create(tmp_path / "run", film) as run:
        run.frame_path(0).write_bytes(b"")
    preset = tmp_path / "run" / "preset.yaml"
    preset.write_text(yaml.safe_dump(old_style(yaml.safe_load(dump(film)))))
    assert "stabilise" in preset.read_text()
    assert recorded_settings(tmp_path / "run") == film
    with Run.reopen(tmp_path / "run", film) as run:
        assert run.animation == film
