"""A schedule is declared once, in its group of settings, and every plan has its value."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from animator.settings import Animation
from animator.settings.fields import Count, Real, Text
from animator.settings.group import SettingsGroup
from animator.timeline import plan as plan_module
from animator.timeline.plan import TYPES, MotionPlan, Plan
from animator.timeline.plan_parts import part_type, schedules_in
from animator.timeline.timeline import Timeline, schedule_fields
from docs.build.plan_stub import plan_stub
from schedules import Schedule, TextSchedule

Make = Callable[..., Animation]
ROOT = Path(__file__).parents[3]


class Shake(SettingsGroup):
    amount: Real = Schedule.parse(1)
    count: Count = Schedule.parse(3)
    word: Text = TextSchedule.parse("a")
    fixed: float = 2.0


def test_a_part_has_what_its_group_schedules_and_nothing_else() -> None:
    assert schedules_in(Shake).keys() == {"amount", "count", "word"}
    part = part_type(Shake)
    assert (part.__name__, [(field.name, field.type) for field in fields(part)]) == (
        "ShakePlan",
        [("amount", float), ("count", int), ("word", str)],
    )


def test_every_schedule_of_the_settings_is_in_the_plan(make_animation: Make) -> None:
    film = make_animation(controlnet=[{"model": "m"}], steps=[{"use": "vignette"}])
    plan = Timeline(film)[3]
    for path, schedule in schedule_fields(film).items():
        value: Any = plan
        for name in path.split("."):
            value = value[int(name)] if name.isdigit() else getattr(value, name)
        expected = schedule.values(film.scope)[3]
        assert value == expected, path
        assert type(value) in (int, float, str), path


def test_whole_numbers_stay_whole_and_texts_stay_texts(make_animation: Make) -> None:
    diffusion = Timeline(make_animation())[0].diffusion
    assert {type(diffusion.steps), type(diffusion.clip_skip), type(diffusion.subseed)} == {int}
    assert (type(diffusion.strength), type(diffusion.sampler)) == (float, str)


def test_parts_are_frozen_and_pickled_by_their_names(make_animation: Make) -> None:
    plan = Timeline(make_animation())[0]
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert isinstance(plan, Plan) and isinstance(plan.motion, MotionPlan)
    motion: Any = plan.motion
    with pytest.raises(AttributeError):
        motion.zoom = 2.0


def test_unknown_names_of_the_module_are_attribute_errors() -> None:
    module: Any = plan_module
    assert set(TYPES) < set(dir(module))
    with pytest.raises(AttributeError, match="no attribute 'NothingPlan'"):
        _ = module.NothingPlan


def test_the_types_of_the_plan_are_current() -> None:
    stub = (ROOT / "animator" / "timeline" / "plan.pyi").read_text()
    assert stub == plan_stub(), "run `python -m docs.build`, which writes animator/plan.pyi"


@pytest.mark.slow
def test_a_type_checker_knows_what_plans_hold(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(
        "from typing_extensions import assert_type\n"
        "from animator import Plan, Timeline\n"
        "def use(timeline: Timeline) -> None:\n"
        "    assert_type(timeline[3], Plan)\n"
        "    assert_type(timeline[3:], tuple[Plan, ...])\n"
        "    assert_type(timeline[3].motion.zoom, float)\n"
        "    assert_type(timeline[3].diffusion.steps, int)\n"
        "    assert_type(timeline[3].diffusion.sampler, str)\n"
        "    assert_type(timeline[3].guided.image, str)\n"
        "    assert_type(timeline[3].controlnet[0].weight, float)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(tmp_path / "user.py")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
