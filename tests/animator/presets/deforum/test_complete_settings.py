"""The complete settings file of a film."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from animator.presets import load
from animator.presets.deforum import import_settings
from animator.presets.deforum.complete_settings import complete_settings
from animator.presets.deforum.importing import import_text
from animator.presets.deforum.options import overrides_of
from animator.presets.deforum.table import MAPPED, SWITCHES
from animator.runs.run_settings import with_seed
from animator.settings import Animation
from animator.timeline.timeline import Timeline


def film_of(settings: dict[str, Any]) -> Animation:
    return Animation.model_validate(import_settings(settings, "film_settings.txt").values)


def test_a_complete_file_of_any_generation_is_the_same_film_again(generation: str) -> None:
    settings = json.loads(generation)
    film = with_seed(film_of(settings), 42)
    text = complete_settings(settings, film)
    assert Animation.model_validate(import_text(text, "film_settings.txt").values) == film


def test_it_has_every_setting_of_deforum_and_the_real_seed() -> None:
    settings = {"prompts": {"0": "a lake"}, "seed": -1, "sd_model_name": "mine", "unknown_key": [1]}
    kept = json.loads(complete_settings(settings, with_seed(film_of(settings), 77)))
    assert kept.keys() >= {row.name for row in MAPPED} | SWITCHES.keys()
    assert (kept["seed"], kept["sd_model_name"], kept["unknown_key"]) == (77, "mine", [1])
    assert (kept["steps"], kept["max_frames"], kept["resume_from_timestring"]) == (25, 120, False)


def test_a_file_is_named_where_it_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "in" / "start.png")
    settings = {"use_init": True, "init_image": "start.png", "W": 64, "H": 64, "mask_file": "off.png"}
    (tmp_path / "in" / "film_settings.txt").write_text(json.dumps(settings))
    kept = json.loads(complete_settings(settings, load.load(tmp_path / "in" / "film_settings.txt")))
    assert Path(kept["init_image"]).samefile(tmp_path / "in" / "start.png")
    assert kept["mask_file"] == "off.png"


def test_what_an_option_has_changed_is_in_the_file() -> None:
    settings = {"prompts": {"0": "a lake"}, "seed": 5, "enable_noise_multiplier_scheduling": False}
    options = {"CLIP_stop_at_last_layers": 3, "initial_noise_multiplier": 1.2}
    film = load.load(import_settings(settings, "x").values, overrides_of(options, settings).values)
    again = film_of(json.loads(complete_settings(settings, film)))
    shown, expected = Timeline(again)[0].diffusion, Timeline(film)[0].diffusion
    assert (shown.clip_skip, shown.noise_multiplier) == (3, 1.2)
    assert shown == expected
