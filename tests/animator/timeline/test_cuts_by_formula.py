"""Cuts at the moments that `cuts` says."""

from typing import Any

import numpy as np
import pytest

from animator.errors import PresetError
from animator.presets.load import load
from animator.settings import Animation
from animator.timeline.timeline import Timeline

HITS = np.zeros(48)
HITS[[0, 10, 11, 14, 30, 47]] = 1


def film(**settings: Any) -> Animation:
    small = {"size": [64, 64], "frames": 48, "prompts": ["a lake", "a desert"], "cuts": "hit > 0.5"}
    return load({**small, **settings}, signals={"hit": HITS})


def cuts(timeline: Timeline) -> list[int]:
    return [plan.frame for plan in timeline if plan.cut]


def test_a_cut_is_where_the_condition_becomes_true_some_frames_after_the_last() -> None:
    assert film().cut_frames == (10, 30, 47)
    assert film(cuts_apart=4).cut_frames == (10, 14, 30, 47)
    assert film(cuts_apart=20).cut_frames == (30,)
    assert film(cuts=0).cut_frames == ()


def test_a_cut_begins_with_a_new_image_also_between_two_generated_frames() -> None:
    timeline = Timeline(film(diffusion={"cadence": 3, "strength": 0.6}))
    assert cuts(timeline) == [10, 30, 47]
    assert {10, 30, 47} <= set(timeline.generated_frames.tolist())
    assert [timeline[frame].diffusion.strength for frame in (9, 10, 11)] == [0.6, 0.0, 0.6]


@pytest.mark.parametrize("behavior", ["iter", "fixed", "random"])
def test_each_scene_begins_with_a_seed_of_its_own(behavior: str) -> None:
    timeline = Timeline(film(diffusion={"seed": 5, "seed_behavior": behavior}))
    seeds = [timeline[frame].seed for frame in (0, 10, 30, 47)]
    assert len(set(seeds)) == 4


def test_a_list_of_prompts_advances_at_each_cut_and_begins_again() -> None:
    timeline = Timeline(film())
    first = [timeline[frame].prompt.positive for frame in (0, 9, 10, 29, 30, 46, 47)]
    assert first == ["a lake", "a lake", "a desert", "a desert", "a lake", "a lake", "a desert"]


def test_prompts_with_keys_keep_them() -> None:
    timeline = Timeline(film(prompts={0: "a lake", 20: "a forest"}))
    assert [timeline[frame].prompt.positive for frame in (10, 20, 30)] == ["a lake", "a forest", "a forest"]


def test_modes_that_keep_no_image_only_change_their_prompts() -> None:
    timeline = Timeline(film(mode="interpolation", prompt_morph="hold"))
    assert timeline[10].prompt.positive == "a desert"
    assert cuts(timeline) == []


def test_a_condition_that_is_no_formula_is_a_problem_at_its_place() -> None:
    with pytest.raises(PresetError, match="cuts: unknown"):
        film(cuts="hti > 0.5")


def test_a_film_without_cuts_has_none() -> None:
    assert film(cuts=0, prompts="a lake").cut_frames == ()
