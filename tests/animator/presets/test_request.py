"""Settings of requests: presets, examples and Deforum's settings without a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator.core.confinement import Confinement, confined
from animator.errors import PresetError
from animator.presets.examples import examples_folder
from animator.presets.request import draft_of_request
from animator.runs.preflight.check_film import check_film
from animator.settings import Animation
from animator.settings.import_notes import Effect

SMALL: dict[str, Any] = {"size": [64, 64], "frames": 4, "prompts": "a lake"}
DEFORUM: dict[str, Any] = {"max_frames": 4, "W": 64, "H": 64, "prompts": {"0": "a lake"}, "zoom": "0: (1.1)"}


def film(*request: Any, **options: Any) -> Animation:
    """The film of a request."""
    return check_film(*draft_of_request(*request, **options))


def problems(*request: Any, **options: Any) -> list[tuple[str, str, str]]:
    """Place, setting and message of a request's problems."""
    with pytest.raises(PresetError) as caught:
        film(*request, **options)
    return [(one.where, one.path, one.message) for one in caught.value.problems]


def test_a_preset_is_a_mapping_or_yaml_text() -> None:
    assert film(SMALL) == film("size: [64, 64]\nframes: 4\nprompts: a lake\n") == film(json.dumps(SMALL))


def test_an_example_is_given_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert film("flight", {"frames": 5}, kind="example").frames == 5
    [(where, _, message)] = problems("fligth", kind="example")
    assert (where, message) == (
        "<example>",
        "'fligth' is not the name of an example; did you mean `flight`?",
    )


@pytest.mark.parametrize("name", ["/etc/passwd", "../flight", "a" * 5000, {"a": 1}])
def test_an_example_is_no_path(name: Any) -> None:
    [(_, _, message)] = problems(name, kind="example")
    assert "is not the name of an example" in message
    assert len(message) < 500


def test_examples_find_their_own_files_while_confined(tmp_path: Path) -> None:
    folder = examples_folder()
    assert folder is not None
    with confined(Confinement((tmp_path, folder))):
        assert film("mask", {"frames": 2}, kind="example").init.image == str(folder / "pictures/sunset.jpg")


def test_overrides_name_settings_by_path_or_in_groups() -> None:
    one = film(SMALL, {"diffusion.steps": 3, "motion": {"angle": 2}})
    assert one.diffusion.schedule("steps").source == 3
    assert one.motion.schedule("angle").source == 2


def test_deforum_settings_are_a_mapping_or_json_text() -> None:
    assert film(DEFORUM, kind="deforum") == film(json.dumps(DEFORUM), kind="deforum")
    assert film(DEFORUM, {"frames": 9}, kind="deforum").frames == 9


def test_the_notes_of_an_import_are_data() -> None:
    draft, _ = draft_of_request({**DEFORUM, "outdir": "x", "made_up": 1}, kind="deforum")
    notes = {key: note.effect for note in draft.notes for key in note.keys}
    assert notes["made_up"] is Effect.CHANGES


def test_all_problems_come_at_once_each_with_its_place() -> None:
    wrong = "size: [64, 64]\nframes: 0\noutput:\n  format: film\n"
    found = problems(wrong, {"motion.zom": 1})
    assert [(where, path) for where, path, _ in found] == [
        ("<text>:2:1", "frames"),
        ("<text>:4:3", "output.format"),
        ("override", "motion.zom"),
    ]
    assert {(where, path) for where, path, _ in problems({"frames": 0, "init": {"image": "no.png"}})} == {
        ("<mapping>", "frames"),
        ("<mapping>", "init.image"),
    }


def test_a_broken_text_is_reported_beside_the_overrides() -> None:
    found = problems("frames: [", {"fps": -1})
    assert [path for _, path, _ in found] == ["", "fps"]
    assert found[0][0].startswith("<text>:")


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ('{"max_frames": 4,\n "zoom": ', "<settings>:2:"),
        ({**DEFORUM, "W": "wide"}, "<settings>"),
        ({"nodes": [], "links": []}, "<settings>"),
        ("3", "<settings>"),
        ({**DEFORUM, "prompts": {"0": "\ud800"}}, "<settings>"),
    ],
)
def test_a_mistake_in_deforum_settings_has_its_place(settings: Any, place: str) -> None:
    assert problems(settings, kind="deforum")[0][0].startswith(place)


def test_values_nested_without_end_are_a_problem() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    for kind in ("preset", "deforum"):
        assert "nested too deeply" in str(problems({**DEFORUM, "zoom": deep}, kind=kind))
    assert "nested too deeply" in str(problems(SMALL, {"motion": deep}))
    while deep:  # a deep value is freed level by level, or the interpreter runs out of stack
        deep = deep.pop("a", None)


@pytest.mark.parametrize("settings", [None, 3, ["a"], {"prompts": None}, {3: 4}, "", "a", "\0"])
@pytest.mark.parametrize("kind", ["preset", "example", "deforum"])
def test_nothing_but_a_problem_comes_of_other_values(settings: Any, kind: Any) -> None:
    draft, found = draft_of_request(settings, kind=kind)
    assert found or draft.values == ({} if settings == "" else draft.values)
