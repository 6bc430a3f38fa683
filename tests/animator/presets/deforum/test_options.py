"""Options of the web UI that a job brings along."""

from typing import Any

import pytest

from animator.presets.deforum import import_settings
from animator.presets.deforum.options import overrides_of
from animator.presets.load import load

SRT, NAMES = "deforum_save_gen_info_as_srt", "deforum_save_gen_info_as_srt_params"


@pytest.mark.parametrize(
    ("options", "values"),
    [
        (None, {}),
        ({}, {}),
        ({SRT: True, NAMES: ["Seed", "zoom", "Prompt"]}, {"output.subtitles": ["Seed", "Zoom", "Prompt"]}),
        ({SRT: True}, {"output.subtitles": ["Seed"]}),
        ({SRT: True, NAMES: []}, {"output.subtitles": ["Seed"]}),
        ({SRT: False, NAMES: ["Zoom"]}, {"output.subtitles": []}),
        ({NAMES: ["Zoom"]}, {}),
        ({"deforum_keep_3d_models_in_vram": True}, {}),
        ({"sd_model_checkpoint": "mine.safetensors [0a1b2c3d]"}, {"model": "mine.safetensors"}),
        ({"sd_model_checkpoint": None, "sd_vae": "Automatic"}, {}),
        ({"sd_vae": "soft.pt"}, {"diffusion.vae": "soft.pt"}),
        ({"CLIP_stop_at_last_layers": 2}, {"diffusion.clip_skip": 2}),
        ({"eta_ancestral": "0.5", "eta_ddim": 0}, {"diffusion.ancestral_eta": 0.5, "diffusion.ddim_eta": 0}),
        (
            {"deforum_ffmpeg_crf": 20, "deforum_ffmpeg_preset": "slow"},
            {"output.crf": 20, "output.preset": "slow"},
        ),
    ],
)
def test_options_become_settings(options: dict[str, Any] | None, values: dict[str, Any]) -> None:
    overrides = overrides_of(options, {})
    assert overrides.values == values and not overrides.problems


def test_the_settings_go_over_those_of_the_film() -> None:
    settings = {"prompts": {"0": "a lake"}, "max_frames": 3, "clipskip_schedule": "0: (3)"}
    options = {SRT: True, NAMES: ["Clipskip Sch"], "CLIP_stop_at_last_layers": 4, "deforum_ffmpeg_crf": 20}
    imported = import_settings(settings, "film_settings.txt").values
    film = load(imported, overrides_of(options, settings).values)
    assert film.diffusion.schedule("clip_skip").source == 4
    assert (film.output.subtitles, film.output.crf) == (("Clipskip Sch",), 20)


def test_a_schedule_that_is_on_precedes_its_option() -> None:
    options = {"CLIP_stop_at_last_layers": 2, "initial_noise_multiplier": 1.2}
    overrides = overrides_of(options, {"enable_clipskip_scheduling": True})
    assert overrides.values == {}
    assert [str(note) for note in overrides.notes] == [
        "CLIP_stop_at_last_layers: clipskip_schedule is on and replaces it",
        "initial_noise_multiplier: noise_multiplier_schedule is on and replaces it",
    ]


@pytest.mark.parametrize(
    "options",
    [
        {SRT: "maybe"},
        {SRT: []},
        {NAMES: "Zoom"},
        {NAMES: [1]},
        {"sd_model_checkpoint": 3},
        {"CLIP_stop_at_last_layers": "two"},
        {"CLIP_stop_at_last_layers": True},
        {"eta_ddim": {}},
        {"deforum_ffmpeg_preset": ["slow"]},
    ],
)
def test_a_value_of_another_type_is_a_problem(options: dict[str, Any]) -> None:
    overrides = overrides_of({**options, "sd_vae": "soft.pt"}, {})
    (problem,) = overrides.problems
    assert problem.path in options and "expected" in problem.message
    assert overrides.values == {"diffusion.vae": "soft.pt"}


def test_what_has_no_effect_is_noted() -> None:
    overrides = overrides_of({"samples_format": "jpg", SRT: True, NAMES: ["Zoom", "Zooom"]}, {})
    assert not overrides.problems and overrides.values == {"output.subtitles": ["Zoom"]}
    assert [note.keys for note in overrides.notes] == [("samples_format",), (NAMES,)]
    assert "'Zooom'" in str(overrides.notes[1])
