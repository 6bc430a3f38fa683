"""Settings that may change when a film is resumed: every setting is tried, the few that may are listed."""

from collections.abc import Callable, Iterator
from functools import singledispatch
from pathlib import Path
from typing import Any

import pytest

from animator.errors import RunError
from animator.runs.run import Run
from animator.runs.run_settings import digest
from animator.settings import Animation
from animator.settings.camera_moves import CameraMoves
from animator.settings.camera_path import CameraPath
from animator.settings.controlnet import ControlUnit
from animator.settings.group import SettingsGroup
from animator.settings.ip_adapter import IPAdapterUnit
from animator.settings.keyed_images import KeyedImages
from animator.settings.signals.markers import Markers
from animator.settings.subtitle_values import SubtitleValues
from schedules import Prompts, Schedule, TextSchedule

Make = Callable[..., Animation]
POINTS = {0: {"position": [0, 0, 0]}, 9: {"position": [0, 0, 1]}}
MAY_CHANGE = {"name", "output", "sound", "upscaling", "frame_interpolation", "download"}
"""Settings and groups that change the output files only."""


def settings() -> Iterator[tuple[str, str]]:
    """Every setting: its group, empty for none, and its name."""
    film = Animation()
    for name in type(film).model_fields:
        value = getattr(film, name)
        if isinstance(value, SettingsGroup):
            yield from ((name, inner) for inner in type(value).model_fields)
        else:
            yield "", name


@singledispatch
def another(value: object) -> object:
    """A different value of the same kind."""
    raise TypeError(f"say here what differs from {value!r}")


another.register(bool)(lambda value: not value)
another.register(int)(lambda value: value + 1)
another.register(float)(lambda value: value + 0.5)
another.register(str)(lambda value: f"{value}x")
another.register(type(None))(lambda value: 1)
another.register(Prompts)(lambda value: Prompts.parse("a desert"))
another.register(Schedule)(lambda value: Schedule.parse("0:(0.123)"))
another.register(TextSchedule)(lambda value: TextSchedule.parse("0:(other)"))
another.register(SubtitleValues)(lambda value: SubtitleValues.parse({"prompts": "parseq"}))
another.register(dict)(lambda value: {"other": 1})
another.register(Markers)(lambda value: Markers.parse({"drop": 1}))
another.register(CameraMoves)(lambda value: CameraMoves.parse(["pan_right"]))
another.register(CameraPath)(lambda value: CameraPath.parse(POINTS))
another.register(KeyedImages)(lambda value: KeyedImages.parse({0: "other.png"}))


@another.register(tuple)
def _(value: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*value[:-1], another(value[-1])) if value else ("other",)


def changed(film: Animation, group: str, name: str) -> Animation:
    """The film with one setting that differs; the value need not be valid."""
    owner = getattr(film, group) if group else film
    unit = {"controlnet": ControlUnit, "ip_adapter": IPAdapterUnit}.get(name)
    value = another(getattr(owner, name)) if unit is None else (unit(enabled=False),)
    owner = owner.model_copy(update={name: value})
    return film.model_copy(update={group: owner}) if group else owner


@pytest.mark.parametrize(("group", "name"), settings(), ids=lambda part: part or "film")
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_a_film_resumes_with_another_value_only_where_no_frame_depends_on_it(
    make_animation: Make, tmp_path: Path, group: str, name: str
) -> None:
    film = make_animation()
    with Run.create(tmp_path, film) as run:
        run.frame_path(0).touch()
    other = changed(film, group, name)
    assert other.plain() != film.plain()
    if (group or name) in MAY_CHANGE:
        Run.reopen(tmp_path, other).close()
        assert digest(other) == digest(film)
        return
    with pytest.raises(RunError, match=f"{group}.{name}".strip(".")):
        Run.reopen(tmp_path, other)
    assert digest(other) != digest(film)
