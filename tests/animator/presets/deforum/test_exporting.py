"""Presets -> settings files, and round and round."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.presets.deforum import import_text
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import dump, load
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.timeline.columns import schedule_fields
from animator.timeline.timeline import Timeline
from schedules import Schedule
from tests.fakes import Make


def film_of(text: str) -> Animation:
    imported = import_text(text, "film.txt")
    return validate(RawPreset("film.txt", imported.values, imported.places))


def test_import_export_import_is_stable(generation: str) -> None:
    first = film_of(generation)
    exported = export_settings(first)
    second = film_of(exported.text)
    assert dump(second) == dump(first)
    assert export_settings(second).text == exported.text


def test_what_is_exported_has_deforums_names_and_types(extension: dict[str, Any]) -> None:
    exported = export_settings(film_of(json.dumps(extension))).settings
    same = set(extension) - {"batch_name", "init_image", "brand_new_key"}
    same -= {
        "steps",
        "diffusion_cadence",
        "noise_multiplier_schedule",
        "sd_model_name",
        "cn_1_enabled",
        "cn_1_weight",
    }
    assert {key: exported[key] for key in same} == {key: extension[key] for key in same}
    assert exported["diffusion_cadence"] == 3 and exported["diffusion_redo"] == "1"
    assert exported["use_mask"] is True and exported["hybrid_composite"] == "None"


def test_our_own_schedules_give_the_same_numbers_in_deforum(make_animation: Make) -> None:
    film = make_animation(
        frames=30,
        motion={
            "zoom": {0: 1, "1s": {"value": 1.1, "ease": "bounce"}},
            "angle": "min(t, 5)",
            "translation_x": 1e-7,
            "translation_y": {0: 0, 29: "2*t"},
            "rotation_3d_z": "0:(sin(2*pi*t/48))",
            "rotation_3d_y": "0:(1), 1s:(2)",
        },
        prompts={0: "a", "1s": {"text": "b", "negative": "fog"}},
        prompt_suffix="in oil",
    )
    exported = export_settings(film)
    again = film_of(exported.text)
    for path, schedule in schedule_fields(film).items():
        if isinstance(schedule, Schedule) and path.startswith(("motion.", "noise.", "camera.", "color.")):
            there = schedule_fields(again)[path]
            close = np.allclose(
                there.values(again.scope), schedule.values(film.scope), rtol=1e-12, atol=1e-12
            )
            assert close, path  # formulas are computed by another library there
    assert Timeline(again)[20].prompt.positive == "b in oil"
    written = [note for note in exported.notes if "written out" in note.message]
    assert {key for note in written for key in note.keys} == {"zoom", "angle", "rotation_3d_y"}


def test_what_deforum_lacks_is_noted(make_animation: Make) -> None:
    film = make_animation(
        mode="3d",
        camera={"projection": "pinhole"},
        motion={"border": "reflect"},
        diffusion={"seed": 1, "cadence": {0: 1, 3: 2}, "sampler": "LCM"},
    )
    lines = [str(note) for note in export_settings(film).notes]
    assert any(note.startswith("border: motion.border is 'reflect', and Deforum has only") for note in lines)
    assert any(note.startswith("sampler: the extension 3.0 does not have LCM") for note in lines)
    assert any("diffusion.cadence changes over the film" in note for note in lines)
    assert any("camera.projection" in note and "nothing like it" in note for note in lines)


def test_a_plain_preset_is_read_back_as_the_same_film(make_animation: Make) -> None:
    film = make_animation(
        mode="3d", name="lake", motion={"translation_z": "0:(1), 5:(2)"}, depth={"model": "Zoe"}, fps=12.5
    )
    again = film_of(export_settings(film).text)
    assert (again.name, again.fps, again.depth.model, again.diffusion.seed) == ("lake", 12.5, "Zoe", 7)
    assert [p.motion.translation_z for p in Timeline(again)] == [
        p.motion.translation_z for p in Timeline(film)
    ]


@pytest.mark.parametrize("preset", ["quickstart", "glass", "ridge"])
def test_the_presets_go_to_deforum_and_back(preset: str) -> None:
    film = load(Path(__file__).parents[4] / "presets" / f"{preset}.yaml")
    again = film_of(export_settings(film).text)
    for ours, theirs in zip(Timeline(film), Timeline(again), strict=True):
        assert asdict(ours.motion) == pytest.approx(asdict(theirs.motion), rel=1e-12)
        assert ours.prompt.positive == theirs.prompt.positive
