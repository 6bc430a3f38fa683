"""A schedule is declared once, in its group of settings, and every plan has its value."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import pytest

from animator.settings import Animation
from animator.settings.fields import Count, RangedSchedule, Real, Text
from animator.settings.ip_adapter import IPAdapterPlan
from animator.settings.scheduled import Scheduled, ScheduledGroup, values_by_frame
from animator.timeline.columns import schedule_fields
from animator.timeline.plan import ControlUnitPlan, MotionPlan, Plan
from animator.timeline.timeline import Timeline
from schedules import TextSchedule

Make = Callable[..., Animation]
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class ShakePlan:
    amount: Real = 1
    count: Count = 3
    word: Text = "a"
    turn: Annotated[float, RangedSchedule(default="0:(s)")]
    derived: str = ""


class Shake(Scheduled[ShakePlan]):
    fixed: float = 2.0


def test_a_group_has_a_schedule_for_each_value_of_its_part_and_its_own_settings() -> None:
    assert list(Shake.model_fields) == ["amount", "count", "word", "turn", "fixed"]
    shake = Shake.model_validate({"amount": "0:(t)"})
    assert [shake.schedule(name).source for name in ("amount", "count", "turn")] == ["0:(t)", 3, "0:(s)"]
    assert shake.text_schedule("word") == TextSchedule.parse("a")
    assert values_by_frame(ShakePlan) == {"amount": float, "count": int, "word": str, "turn": float}


def test_the_plan_has_a_part_for_each_group_with_schedules() -> None:
    groups = {name: info.annotation for name, info in Animation.model_fields.items()}
    parts = {
        name: group.plan_type
        for name, group in groups.items()
        if isinstance(group, type) and issubclass(group, ScheduledGroup)
    }
    fixed = {"frame", "generation_index", "tween", "cut", "size", "prompt", "seed", "steps", "palettes"}
    fixed |= {"seed_resize_from"}
    assert {f.name: f.type for f in fields(Plan) if f.name not in fixed} == {
        **parts,
        "controlnet": tuple[ControlUnitPlan, ...],
        "ip_adapter": tuple[IPAdapterPlan, ...],
    }


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
