"""Loading and changing films from Python; mistakes are errors of ours, with their place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from animator import (
    Animation,
    Timeline,
    load,
)
from tests.animator.api.pond import TEXT, VALUES, problems


def test_a_path_a_text_and_a_mapping_give_the_same_film(preset: Path) -> None:
    films = [load(source) for source in (preset, str(preset), TEXT, VALUES)]
    assert all(film.plain() == films[0].plain() for film in films)


def test_a_missing_file_is_an_error() -> None:
    (problem,) = problems(lambda: load("nowhere/a.yaml"))
    assert problem == "nowhere/a.yaml: cannot be read: No such file or directory"


def test_a_text_may_extend_a_preset(preset: Path) -> None:
    film = load(f"extends: {preset}\nframes: 3\n")
    assert (film.frames, film.name) == (3, "pond")
    assert load({"extends": str(preset), "frames": 3}).plain() == film.plain()


@pytest.mark.parametrize(
    "overrides",
    [
        ["frames=3", "diffusion.steps=12"],
        iter(("frames=3", "diffusion.steps=12")),
        {"frames": 3, "diffusion.steps": 12},
        {"frames": 3, "diffusion": {"steps": 12}},
    ],
)
def test_overrides_are_texts_or_a_mapping_and_groups_merge(overrides: Any) -> None:
    film = load(VALUES, overrides)
    assert (film.frames, Timeline(film)[0].diffusion.steps, film.diffusion.seed) == (3, 12, 7)


def test_one_text_alone_is_one_override() -> None:
    assert load(VALUES, "frames=3").frames == 3


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: load("frames: many\nfps: 3\n"), "<text>:1:1: frames: "),
        (lambda: load("frames: [\n"), "<text>:2:1: is not YAML"),
        (lambda: load({"framez": 3}), "<mapping>: framez: unknown setting; did you mean `frames`?"),
        (lambda: load({3: 4}), "<mapping>: 3: "),  # type: ignore[dict-item]
        (lambda: load({"diffusion": {3: 4}}), "<mapping>: diffusion.3: "),
        (lambda: load(3), "preset: expected a path, a mapping or YAML text; got 3"),  # type: ignore[arg-type]
        (lambda: load("a\0b.yaml"), "cannot be read: embedded null"),
        (lambda: load("/"), "/: is a folder; expected a regular file"),
        (lambda: load({}, ["frames"]), "override frames: expected group.key=value"),
        (lambda: load({}, ["frames=0"]), "override frames=0: frames: "),
        (lambda: load({}, [3]), "override 3: expected group.key=value"),  # type: ignore[list-item]
        (lambda: load({}, 3), "override: expected texts or a mapping; got 3"),  # type: ignore[arg-type]
        (lambda: load({}, {"diffusion..steps": 3}), "override: 'diffusion..steps': expected group.key"),
        (lambda: load({}, {3: 3}), "override: 3: expected group.key"),  # type: ignore[dict-item]
        (lambda: load({}, {"diffusion.steps": "many"}), "override: diffusion.steps: "),
        (lambda: load({}, {"diffusion": {"steps": "many"}}), "override: diffusion.steps: "),
        (lambda: load({}, {"diffusion": 3}), "override: diffusion: "),
        (lambda: load({"extends": 3}), "<mapping>: extends: is 3"),
    ],
)
def test_mistakes_are_preset_errors_with_places(call: Callable[[], object], where: str) -> None:
    assert where in problems(call)[0]


def test_a_mapping_inside_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["motion"] = endless
    assert problems(lambda: load(endless)) == ["<mapping>: is nested too deeply"]


def test_with_merges_groups_and_leaves_the_film_as_it_is(film: Animation) -> None:
    changed = film.with_(frames=3, motion={"angle": 2}, **{"diffusion.steps": 4})
    assert (changed.frames, Timeline(changed)[0].diffusion.steps, changed.diffusion.seed) == (3, 4, 7)
    assert changed.motion.schedule("zoom") == film.motion.schedule("zoom")
    assert changed.motion.schedule("angle") != film.motion.schedule("angle")
    assert film.frames == 6


def test_with_nothing_is_the_same_film(film: Animation) -> None:
    assert film.with_().plain() == film.plain()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": 0}, "with_: frames: "),
        ({"framez": 3}, "with_: framez: unknown setting; did you mean `frames`?"),
        ({"diffusion.step": 3}, "with_: diffusion.step: unknown setting; did you mean `diffusion.steps`?"),
        ({"diffusion": {"steps": "many"}}, "with_: diffusion.steps: "),
    ],
)
def test_with_checks_as_load_does(film: Animation, changes: dict[str, Any], message: str) -> None:
    assert message in problems(lambda: film.with_(**changes))[0]
