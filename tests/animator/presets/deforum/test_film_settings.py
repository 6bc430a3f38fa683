"""Sound, in-betweens, upscaling, GIFs and rates of settings files, both ways."""

import json
from typing import Any

import pytest

from animator.presets.deforum import import_text
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import dump
from animator.runs.video_specs import sound_of
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.validate import validate

BASE = {"max_frames": 10, "prompts": {"0": "a lake"}, "seed": 1, "animation_mode": "2D"}


def imported(settings: dict[str, Any]) -> tuple[Animation, list[str]]:
    found = import_text(json.dumps({**BASE, **settings}), "film.txt")
    film = validate(RawPreset("film.txt", found.values, found.places))
    return film, [str(note) for note in found.notes]


ROUND_TRIPS: tuple[dict[str, Any], ...] = (
    {"add_soundtrack": "File", "soundtrack_path": "music.mp3"},
    {"add_soundtrack": "File", "soundtrack_path": "https://example.org/music.mp3"},
    {"add_soundtrack": "Init Video", "video_init_path": "clip.mp4"},
    {"add_soundtrack": "None"},
    {"frame_interpolation_engine": "FILM", "frame_interpolation_x_amount": 5},
    {"frame_interpolation_engine": "RIFE v4.6", "frame_interpolation_slow_mo_enabled": True},
    {"frame_interpolation_slow_mo_amount": 10, "frame_interpolation_keep_imgs": True},
    {"frame_interpolation_use_upscaled": True},
    {"r_upscale_video": True, "r_upscale_factor": "x4", "r_upscale_model": "realesrgan-x4plus-anime"},
    {"r_upscale_video": True, "r_upscale_model": "realesr-animevideov3", "r_upscale_keep_imgs": False},
    {"make_gif": True, "fps": 24},
    {"skip_video_creation": True, "fps": 29.97},
)


@pytest.mark.parametrize("settings", ROUND_TRIPS, ids=lambda settings: ", ".join(settings))
def test_a_round_trip_keeps_the_settings(settings: dict[str, Any]) -> None:
    film, notes = imported(settings)
    exported = export_settings(film)
    assert {name: exported.settings[name] for name in settings} == settings
    lines = (*notes, *map(str, exported.notes))
    assert not [note for note in lines if any(name in note for name in settings)]
    again, _ = imported(dict(exported.settings))
    assert dump(again) == dump(film)


def test_where_they_go() -> None:
    film, _ = imported(
        {
            "skip_video_creation": True,
            "r_upscale_video": True,
            "r_upscale_factor": "x3",
            "frame_interpolation_engine": "FILM",
            "frame_interpolation_x_amount": 99,
            "add_soundtrack": True,
            "soundtrack_path": "a.mp3",
        }
    )
    assert film.output.format == "png"
    assert film.upscaling.factor == 3
    assert film.upscaling.model == "realesr-animevideov3"
    assert (film.frame_interpolation.engine, film.frame_interpolation.amount) == ("FILM", 10)
    assert (film.sound.add_soundtrack, film.sound.soundtrack_path) == ("File", "a.mp3")


def test_an_older_rife_becomes_the_one_that_exists() -> None:
    film, _ = imported({"frame_interpolation_engine": "RIFE v4.3"})
    assert film.frame_interpolation.engine == "RIFE v4.6"


@pytest.mark.parametrize("wanted", ["File", "Init Video"])
def test_a_sound_without_a_file_is_noted(wanted: str) -> None:
    film, notes = imported({"add_soundtrack": wanted, "soundtrack_path": "", "video_init_path": ""})
    assert sound_of(film) is None
    assert "add_soundtrack: no sound file is given; the film is silent" in notes


def test_a_path_counts_only_where_it_is_asked_for() -> None:
    film, _ = imported({"add_soundtrack": "None", "soundtrack_path": "https://example.org/a.mp3"})
    assert film.sound.soundtrack_path == ""


def test_what_deforum_lacks_is_noted(make_animation: Any) -> None:
    film = make_animation(
        frame_interpolation={"engine": "flow"},
        upscaling={"enabled": True},
        output={"format": "webm", "crf": 30},
        sound={"soundtrack_path": "a.mp3", "offset": 2},
    )
    notes = export_settings(film).notes
    lines = " ".join(str(note) for note in notes)
    assert "frame_interpolation.engine is 'flow', and Deforum has only None, RIFE v4.6, FILM" in lines
    assert "upscaling.model is 'lanczos', and Deforum has only realesr-animevideov3" in lines
    assert "output.format is 'webm', and Deforum has only mp4 and png" in lines
    assert {"output.crf", "sound.offset"} <= {key for note in notes for key in note.keys}


def test_what_is_off_is_not_noted(make_animation: Any) -> None:
    assert not [note for note in export_settings(make_animation()).notes if "upscal" in str(note)]
