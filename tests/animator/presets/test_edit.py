"""A setting is changed in a preset's YAML text, and everything else stays as it is."""

from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animator.errors import PresetError
from animator.presets import yaml_text
from animator.presets.edit import EditError, remove_value, set_value
from animator.settings import Animation
from animator.settings.raw import group_of

PRESETS = sorted((Path(__file__).parents[3] / "presets").glob("*.yaml"))
SETTINGS = [
    (name, inner) if group is not None else (name,)
    for name in Animation.model_fields
    for group in [group_of(name)]
    for inner in (group.model_fields if group is not None else ("",))
]
FILM = """\
# A film
schema: 1   # the version
name: "x"  # its name
size: [512, 512]

prompts:
  # first
  0: "a lake"   # dawn
  30: 'b'
# motion
motion: # all
  # zoom
  zoom: "0:(1.02)"  # slow
  angle: 1
  # more

  # away
noise: {type: perlin, amount: 0.02}  # grain
steps:
  - use: glow   # g
    amount: 1
  - {use: blur, amount: 2}
negative_prompt: |  # none of
  red
  blue
"""


def difference(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that are gone, and those that are new."""
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


@pytest.mark.parametrize(
    ("path", "value", "gone", "new"),
    [
        ("motion.zoom", "0:(2)", ['  zoom: "0:(1.02)"  # slow'], ['  zoom: "0:(2)"  # slow']),
        ("motion.angle", "0:(3), 5:(4)", ["  angle: 1"], ["  angle: 0:(3), 5:(4)"]),
        ("motion.translation_x", 3, [], ["  translation_x: 3"]),
        ("noise.amount", "on", ["noise: {type: perlin, amount: 0.02}  # grain"],
         ["noise: {type: perlin, amount: 'on'}  # grain"]),
        ("noise.octaves", 4, ["noise: {type: perlin, amount: 0.02}  # grain"],
         ["noise: {type: perlin, amount: 0.02, octaves: 4}  # grain"]),
        ("camera.fov", "12:30", [], ["camera:", "  fov: '12:30'"]),
        ("frames", 12, [], ["frames: 12"]),
        ("steps.0.amount", 5, ["    amount: 1"], ["    amount: 5"]),
        ("steps.1.amount", 5, ["  - {use: blur, amount: 2}"], ["  - {use: blur, amount: 5}"]),
        ("steps.2", {"use": "tint"}, [], ["  - {use: tint}"]),
        ("prompts.60", "~", [], ["  60: '~'"]),
        ("prompts", {0: "a lake", 45: "b"}, ["  30: 'b'"], ["  45: 'b'"]),
        ("prompts", {0: "a lake", 15: "c", 30: "b"}, [], ["  15: c"]),
        ("prompts", {30: "b"}, ['  0: "a lake"   # dawn'], []),
        ("size", [256, 320], ["size: [512, 512]"], ["size: [256, 320]"]),
        ("negative_prompt", "red\ngreen\n", ["  blue"], ["  green"]),
        ("controlnet.0.weight", 0.5, [], ["controlnet:", "  - {weight: 0.5}"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_a_setting_change(path: str, value: Any, gone: list[str], new: list[str]) -> None:
    assert difference(FILM, set_value(FILM, tuple(path.split(".")), value)) == (gone, new)


@pytest.mark.parametrize(
    ("path", "gone", "new"),
    [
        ("motion.zoom", ['  zoom: "0:(1.02)"  # slow'], []),
        ("motion.angle", ["  angle: 1"], []),
        ("noise.type", ["noise: {type: perlin, amount: 0.02}  # grain"], ["noise: {amount: 0.02}  # grain"]),
        (
            "noise.amount",
            ["noise: {type: perlin, amount: 0.02}  # grain"],
            ["noise: {type: perlin}  # grain"],
        ),
        ("steps.0", ["  - use: glow   # g", "    amount: 1"], []),
        ("steps.0.use", ["  - use: glow   # g", "    amount: 1"], ["  - amount: 1"]),
        ("negative_prompt", ["negative_prompt: |  # none of", "  red", "  blue"], []),
        ("depth.model", [], []),
        ("nothing", [], []),
    ],
)
def test_only_the_lines_of_a_removed_setting_go(path: str, gone: list[str], new: list[str]) -> None:
    assert difference(FILM, remove_value(FILM, tuple(path.split(".")))) == (gone, new)


def test_a_group_goes_with_its_last_setting_and_keeps_its_comments() -> None:
    assert remove_value("motion:\n  # why\n  zoom: 1\nfps: 12\n", ("motion", "zoom")) == "  # why\nfps: 12\n"
    assert remove_value("{motion: {zoom: 1}, fps: 12}", ("motion", "zoom")) == "{fps: 12}"
    assert remove_value("fps: 12", ("fps",)) == ""


def test_the_text_before_a_removed_last_line_keeps_its_line_break() -> None:
    assert remove_value("prompts: |\n  a\nfps: 12", ("fps",)) == "prompts: |\n  a\n"


def test_nothing_is_removed_from_what_is_no_group() -> None:
    for path in (("motion", "zoom", "x"), ("steps", "7"), ("steps", "x"), ("seed", "a")):
        assert remove_value(FILM, path) == FILM


def test_prompts_by_frame_take_the_place_of_one_prompt() -> None:
    text = "prompts: a lake  # the lake\nfps: 1\n"
    edited = set_value(text, ("prompts",), {0: "a lake", 60: "a, b"})
    assert edited == "prompts:  # the lake\n  0: a lake\n  60: a, b\nfps: 1\n"
    assert set_value(edited, ("prompts",), "one") == "prompts: one  # the lake\nfps: 1\n"


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("", "frames: 12\n"),
        ("# mine", "# mine\nframes: 12\n"),
        ("fps: 1", "frames: 12\nfps: 1"),
        ("name: a", "name: a\nframes: 12"),
        ("name: a\r\nfps: 1\r\n", "name: a\r\nframes: 12\r\nfps: 1\r\n"),
        ("\ufeffname: a\n", "\ufeffname: a\nframes: 12\n"),
        ("---\nname: ü😀 # ☃\t#\n...\n", "---\nname: ü😀 # ☃\t#\nframes: 12\n...\n"),
        ("prompts: |\n  a", "frames: 12\nprompts: |\n  a"),
        ("{name: a,}", "{name: a, frames: 12,}"),
        ("frames:\t10\t# ten\n", "frames:\t12\t# ten\n"),
        ("frames:\n  10\n", "frames: 12\n"),
        ("frames: # ten\n  10\n", "frames: 12 # ten\n"),
        ("frames:", "frames: 12"),
        ("? frames\n: 10\n", "? frames\n: 12\n"),
        ("frames: &n 10\n", "frames: 12\n"),
        ("fps: &n 10\nframes: *n\n", "fps: &n 10\nframes: 12\n"),
    ],
)
def test_a_setting_is_written_into_any_kind_of_text(text: str, edited: str) -> None:
    assert set_value(text, ("frames",), 12) == edited


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("fps: &n 10\nframes: *n\n", "fps", "`&n` is repeated elsewhere"),
        ("motion: &m {zoom: 1}\nother: *m\n", "motion.zoom", "would change, too"),
        ("other: &m {zoom: 1}\nmotion: *m\n", "motion.zoom", "change it there"),
        ("motion: 3\n", "motion.zoom", "its group is 3"),
        ("steps: []\n", "steps.3.name", "is not an item of this list of 0"),
        ("frames: 3\n", "steps.3.name", "begin with item 0"),
    ],
)
def test_what_would_change_more_is_refused(text: str, path: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        set_value(text, tuple(path.split(".")), 12)


def test_broken_yaml_has_the_problems_that_reading_has() -> None:
    text = "frames: 1\nframes: 2\nmotion: !!x 3\n"
    with pytest.raises(PresetError) as raised:
        set_value(text, ("fps",), 3, "film.yaml")
    assert raised.value.problems == yaml_text.read(text, "film.yaml").problems


def test_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(EditError, match="cannot be written"):
        set_value("", ("frames",), object())


def test_a_text_of_many_aliases_takes_no_more_work_than_reading_it() -> None:
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 100_000)}]\n"
    assert set_value(text, ("frames",), 3) == f"frames: 3\n{text}"


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20),
    st.sampled_from(["on", "017", "12:30", "~", "1e3", "0:(1), 60:(1.5)", "#", "- a", "a: b", " a ", "a\nb"]),
    st.dictionaries(st.integers(0, 300), st.text(max_size=40), max_size=4),
    st.lists(st.integers(), max_size=3),
)  # fmt: skip


def with_value(values: Mapping[Any, Any], path: tuple[str, ...], value: Any) -> Any:
    changed = dict(values)
    inner = value if len(path) == 1 else with_value(values.get(path[0]) or {}, path[1:], value)
    return {**changed, path[0]: inner}


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PRESETS), st.sampled_from(SETTINGS), VALUES, st.sampled_from(["\n", "\r\n"]))
def test_every_setting_of_every_preset_is_set_alone(
    preset: Path, path: tuple[str, ...], value: Any, newline: str
) -> None:
    text = preset.read_text().replace("\n", newline)
    before = yaml_text.read(text, "before").values
    if len(path) == 2 and not isinstance(before.get(path[0], {}), Mapping):
        return
    try:
        edited = set_value(text, path, value)
    except EditError:
        assert "\ud800" <= max(str(value)) <= "\udfff"
        return
    after = yaml_text.read(edited, "after").values
    assert after == with_value(before, path, value)
    assert repr(after[path[0]]) == repr(with_value(before, path, value)[path[0]])
    assert comments(edited) == comments(text)
    assert set_value(edited, path, value) == edited
    again = yaml_text.read(remove_value(edited, path), "again").values
    assert path[-1] not in (again if len(path) == 1 else again.get(path[0], {}))


def test_a_setting_that_is_added_and_removed_leaves_the_text_as_it_was() -> None:
    for path, preset in zip(SETTINGS, cycle(PRESETS), strict=False):
        text = preset.read_text()
        edited = set_value(text, path, "0:(1), 60:(1.5)")
        assert yaml_text.read(edited, "").places.keys() >= {path}
        if path not in yaml_text.read(text, "").places:
            assert remove_value(edited, path) == text
