"""Warnings: what works but is probably not meant, and where people read them."""

import json
from pathlib import Path

import pytest

from animator.cli.app import app
from animator.errors import PresetError
from animator.presets.deforum import import_settings
from animator.presets.sources import PresetSource, load
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.timeline.lint import clamped_schedules, effect_warnings, setting_warnings
from animator.timeline.timeline import Timeline
from tests.fakes import Make

SETTINGS = {
    "max_frames": 10,
    "strength_schedule": "0:(0.5), 4:(1.25), 6:(1.25), 9:(-1)",
    "kernel_schedule": "0:(-1)",
}
STRENGTH = (
    "diffusion.strength: is 1.0625 at frame 3, which is cut to 1 (expected 0 to 1); so are 5 more frames"
)
KERNEL = "sharpen.kernel: is -1 at frame 0, which is cut to 0 (expected 0 to 255); so are 9 more frames"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "film.txt"
    path.write_text(json.dumps(SETTINGS))
    return path


def test_clamped_values_are_reported_when_a_film_is_loaded(settings_file: Path) -> None:
    said: list[str] = []
    film = load(PresetSource(settings_file), [], said.append)
    assert [line for line in said if line.startswith("warning")] == [
        f"warning: {STRENGTH}",
        f"warning: {KERNEL}",
    ]
    strengths = [plan.diffusion.strength for plan in Timeline(film)]
    assert max(strengths) == 1.0 and min(strengths) == 0.0


@pytest.mark.parametrize(
    ("command", "shown"),
    [("check", "warning: "), ("import", "changes the film: "), ("timeline", "warning: ")],
)
def test_the_commands_tell_what_is_cut(
    settings_file: Path, command: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        app([command, str(settings_file)])
    said = capsys.readouterr().err.splitlines()
    assert said.count(shown + STRENGTH) == 1 and said.count(shown + KERNEL) == 1


def test_a_film_within_its_ranges_is_cut_nowhere(make_animation: Make) -> None:
    assert not list(clamped_schedules(make_animation()))
    assert setting_warnings(make_animation(motion={"zoom": "0:(1), 99:(2)"}))[0].startswith("motion.zoom: ")


def test_negative_noise_and_zoom_of_deforum_count_as_they_are() -> None:
    settings = {"max_frames": 2, "noise_schedule": "0:(-0.1)", "zoom": "0:(-1)"}
    film = Animation.model_validate(import_settings(settings, "film.txt").values)
    assert (Timeline(film)[1].noise.amount, Timeline(film)[1].motion.zoom) == (-0.1, -1.0)
    assert not list(clamped_schedules(film))
    for group, name in (("noise", "amount"), ("motion", "zoom")):
        with pytest.raises(PresetError, match=f"{group}.{name}: is -1 at frame 0; expected at least 0"):
            validate(RawPreset("film", {group: {name: -1}}, {}))


def test_hybrid_video_outside_of_its_modes(make_animation: Make) -> None:
    said = "warning: hybrid.motion: has no effect; it needs mode: 2d or 3d"
    assert said in effect_warnings(make_animation(mode="interpolation", hybrid={"motion": "Affine"}))
    assert said not in effect_warnings(make_animation(hybrid={"motion": "Affine"}))
    assert said not in effect_warnings(make_animation(mode="video"))


def test_settings_without_effect_are_one_note_where_the_source_lists_all(make_animation: Make) -> None:
    film = make_animation(camera={"fov": 40, "near": 3}, mask={"fill": "fill"}, depth={"every": 2})
    assert len(effect_warnings(film)) == 3
    assert effect_warnings(film, lists_all=True) == [
        "note: camera.fov, camera.near, depth.every and 1 more have no effect in this film; other settings "
        "switch them off"
    ]
    assert not effect_warnings(make_animation(), lists_all=True)
