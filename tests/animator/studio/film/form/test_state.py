"""What the form knows of a film: values, where they are from, problems, what has no effect, what is found."""

from pathlib import Path

import pytest

from animator.studio.analysis import analyze
from animator.studio.film.form.groups import find, known_groups, known_settings, places_in
from animator.studio.film.form.help import range_of
from animator.studio.film.form.state import FieldState, problems_below, state_of
from animator.studio.labels import translation
from animator.studio.written import ABSENT, value_at


def state(text: str, *path: str) -> FieldState:
    group = path[0] if len(path) > 1 else ""
    return state_of(known_settings()[group, path[-1]], path, analyze(text, 0))


def test_a_written_value_is_ones_own() -> None:
    assert state("frames: 12\n", "frames") == FieldState(12, is_own=True)


def test_a_setting_that_is_not_written_has_its_default() -> None:
    assert state("frames: 12\n", "fps") == FieldState(15)


def test_a_wrong_value_is_shown_with_its_problem() -> None:
    shown = state("diffusion: {strength: 2.5}\n", "diffusion", "strength")
    assert shown.value == 2.5 and "0 to 1" in " ".join(shown.problems)


def test_a_value_of_the_extended_preset_is_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base.yaml").write_text("fps: 24\nframes: 5\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = "extends: base.yaml\nframes: 7\n"
    assert state(text, "fps") == FieldState(24, is_inherited=True)
    assert state(text, "frames") == FieldState(7, is_own=True)


def test_what_has_no_effect_says_what_it_needs() -> None:
    assert state("mode: 2d\n", "camera", "fov").needs == "mode: 3d"


def test_a_text_that_is_no_yaml_is_not_readable() -> None:
    assert not analyze("frames: [\n", 0).written.is_readable
    assert analyze("frames: many\n", 0).written.is_readable
    assert analyze("\n", 0).written.is_readable


def test_a_preset_whose_base_is_missing_is_readable() -> None:
    written = analyze("extends: nowhere.yaml\nframes: 3\n", 0).written
    assert written.is_readable and written.value(("frames",)) == 3


def test_the_problems_of_an_item_are_those_of_its_list() -> None:
    analysis = analyze("controlnet: [{module: canny, weight: -1}]\n", 0)
    assert problems_below(("controlnet", "0", "weight"), analysis)
    assert len(problems_below(("controlnet",), analysis)) >= 1
    assert not problems_below(("control",), analysis)


def test_steps_have_their_own_settings() -> None:
    written = analyze("steps: [{use: vignette}, {use: nothing}, 3, {at: after}]\n", 0).written
    assert set(written.steps) == {"vignette"}
    group = next(group for group in known_groups() if group.name == "steps")
    paths = [".".join(place.path) for place in places_in(group, written)]
    assert "steps.0.amount" in paths and "steps.1.use" in paths and "steps.1.amount" not in paths


def test_a_setting_that_all_steps_have_is_shown_once_with_the_default_of_its_step() -> None:
    written = analyze("steps: [{use: grain}]\n", 0).written
    group = next(group for group in known_groups() if group.name == "steps")
    places = [place for place in places_in(group, written) if place.path[-1] == "at"]
    assert [place.setting.default for place in places] == ["output"]


def test_values_are_found_at_their_paths() -> None:
    values = {"steps": [{"use": "a"}], "motion": 3}
    assert value_at(values, ("steps", "0", "use")) == "a"
    assert value_at(values, ("steps", "1", "use")) is ABSENT
    assert value_at(values, ("motion", "zoom")) is ABSENT


def found(words: str, language: str = "en") -> list[str]:
    written = analyze("\n", 0).written
    places = (place for group in known_groups() for place in places_in(group, written))
    return [".".join(place.path) for place in find(words, places, translation(language))]


@pytest.mark.parametrize(
    ("words", "language", "first"),
    [
        ("strength_schedule", "en", "diffusion.strength"),
        ("CFG scale", "en", "diffusion.cfg_scale"),
        ("max_frames", "en", "frames"),
        ("camera.fov", "en", "camera.fov"),
        ("케이던스", "ko", "diffusion.cadence"),
        ("디노이징", "ko", "diffusion.strength"),
    ],
)
def test_a_search_finds_names_titles_and_deforums_names(words: str, language: str, first: str) -> None:
    assert found(words, language)[0] == first


def test_a_search_needs_all_words_and_may_find_nothing() -> None:
    assert found("denoising strength") and found("zoom zzz") == []


def test_names_come_before_descriptions() -> None:
    paths = found("seed")
    assert paths.index("diffusion.seed") < paths.index("wildcard_folder")


def test_every_setting_is_in_the_form_once_and_common_groups_are_first() -> None:
    names = [group.name for group in known_groups()]
    assert names[:4] == ["", "diffusion", "motion", "camera"] and len(names) == len(set(names))
    assert len(known_settings()) == sum(len(group.settings) for group in known_groups())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("diffusion", "strength"), "0 – 1"),
        (("freeu", "b1"), "> 0"),
        (("noise", "amount"), "≥ 0"),
        (("motion", "angle"), ""),
        (("", "size"), "64 – 8192 (8, 16, 24, …)"),
    ],
)
def test_ranges_are_shown_in_signs(path: tuple[str, str], text: str) -> None:
    assert range_of(known_settings()[path]) == text
