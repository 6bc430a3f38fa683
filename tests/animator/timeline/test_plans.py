"""Generated frames of a film, their seeds, and the starts of its scenes."""

from typing import Any

import numpy as np
import pytest

from animator.timeline.timeline import Timeline
from tests.fakes import Make

KEYED = {"prompts": {0: "a", 4: "b"}, "frames": 9}


@pytest.mark.parametrize(("cadence_keys", "generated"), [(False, [0, 3, 6]), (True, [0, 3, 4, 5, 6])])
def test_keys_of_prompts_and_strength_are_generated_with_cadence_keys(
    make_animation: Make, cadence_keys: bool, generated: list[int]
) -> None:
    diffusion = {"seed": 1, "cadence": 3, "cadence_keys": cadence_keys, "strength": {0: 0.5, 5: 0.6}}
    assert Timeline(make_animation(**KEYED, diffusion=diffusion)).generated_frames.tolist() == generated


@pytest.mark.parametrize(
    ("strength", "generated"),
    [
        ("0:(0.6), 3:(0.6), 4:(0), 5:(0.6)", [0, 3, 4, 6, 9]),
        ({0: 0.6, 5: "0", 6: 0.6}, [0, 3, 5, 6, 9]),
        ("where(t == 7, 0, 0.6)", [0, 3, 6, 7, 9]),
        ("where((t == 4) | (t == 8), 0, 0.6)", [0, 3, 4, 6, 8, 9]),
        ("where((t == 5) | (t == 6), 0, 0.6)", [0, 3, 6, 9]),  # a wish that was kept before
        ("0:(0.6), 6:(0), 7:(0.6)", [0, 3, 6, 9]),
        ("0", [0, 3, 6, 9]),
        ("0.6", [0, 3, 6, 9]),
    ],
)
@pytest.mark.parametrize("compat", [False, True], ids=["", "compat"])
def test_a_cut_between_generated_frames_is_generated(
    make_animation: Make, strength: Any, generated: list[int], compat: bool
) -> None:
    diffusion = {"seed": 1, "cadence": 3, "strength": strength}
    timeline = Timeline(make_animation(frames=11, diffusion=diffusion, compat=compat))
    assert timeline.generated_frames.tolist() == ([0, 3, 6, 9] if compat else generated)
    assert timeline.generated_frames.dtype == np.int64


def test_frames_of_a_group_have_one_seed_and_generations_count_up(make_animation: Make) -> None:
    timeline = Timeline(make_animation(frames=9, diffusion={"seed": 5, "cadence": 2, "seed_iter_n": 2}))
    assert [plan.seed for plan in timeline] == [5, 5, 5, 5, 6, 6, 6, 6, 7]
    assert [plan.generation_index for plan in timeline] == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert [plan.tween for plan in timeline] == [0.5, 1.0] * 4 + [0.5]


@pytest.mark.parametrize(("compat", "cuts"), [(False, [2]), (True, [])])
def test_strength_0_begins_a_scene_but_in_imported_films(
    make_animation: Make, compat: bool, cuts: list[int]
) -> None:
    animation = make_animation(
        frames=5, compat=compat, diffusion={"strength": "0:(0.5), 1:(0.5), 2:(0), 3:(0.5)"}
    )
    assert [plan.frame for plan in Timeline(animation) if plan.cut] == cuts


def test_the_first_frame_has_the_strength_of_its_init_image(make_animation: Make) -> None:
    diffusion = {"strength": 0.5}
    alone = Timeline(make_animation(diffusion=diffusion, init={"strength": 0.9}))
    assert [plan.diffusion.strength for plan in alone[:2]] == [0.5, 0.5]
    over = Timeline(make_animation(diffusion=diffusion, init={"strength": 0.9, "image": "a.png"}))
    assert [plan.diffusion.strength for plan in over[:2]] == [0.9, 0.5]


def test_a_group_begins_with_a_generated_frame(make_animation: Make) -> None:
    timeline = Timeline(make_animation(frames=5, diffusion={"cadence": 2}))
    assert [[plan.frame for plan in timeline.group(start)] for start in (0, 2, 4)] == [[0, 1], [2, 3], [4]]
    with pytest.raises(ValueError, match="frame 1 is not a generated frame"):
        timeline.group(1)
