"""Whose colors each frame keeps, by the keys of its prompts."""

from typing import Any

import pytest

from animator.timeline.palettes import PaletteShare
from animator.timeline.timeline import Timeline
from tests.fakes import Make


def shares(make_animation: Make, prompts: Any, *, strength: str = "0:(0.5)", **color: Any) -> list[Any]:
    """Returns the shares of each frame by the key of their palette."""
    film = make_animation(
        frames=8,
        prompts=prompts,
        diffusion={"strength": strength, "cadence": 1},
        color={"reference": "prompt", **color},
    )
    return [{one.key: round(one.share, 4) for one in plan.palettes} for plan in Timeline(film)]


def test_a_film_with_one_prompt_keeps_the_colors_of_its_first_frame(make_animation: Make) -> None:
    assert shares(make_animation, "a lake") == [{None: 1.0}] * 8


def test_a_new_prompt_brings_its_own_palette(make_animation: Make) -> None:
    found = shares(make_animation, {0: "dawn", 5: "night"}, transition=0)
    assert found == [{None: 1.0}] * 5 + [{5: 1.0}] * 3


def test_the_new_palette_fades_in(make_animation: Make) -> None:
    found = shares(make_animation, {0: "dawn", 3: "night"}, transition=4)
    eased = [0.1562, 0.5, 0.8438]
    assert found[2:7] == [
        {None: 1.0},
        *({None: pytest.approx(1 - part), 3: part} for part in eased),
        {3: 1.0},
    ]


def test_a_fade_is_complete_before_the_next_key(make_animation: Make) -> None:
    found = shares(make_animation, {0: "dawn", 3: "day", 5: "night"}, transition=100)
    assert found[4] == {3: 1.0}
    assert found[5][5] < 0.01


def test_prompts_that_morph_blend_their_palettes(make_animation: Make) -> None:
    found = shares(make_animation, {"morph": "linear", 0: "dawn", 4: "night"})
    assert found == [{None: 1.0}, *({None: 1 - part, 4: part} for part in (0.25, 0.5, 0.75))] + [{4: 1.0}] * 4


def test_a_cut_gives_its_prompt_the_colors_of_the_new_scene(make_animation: Make) -> None:
    found = shares(make_animation, {0: "dawn", 3: "night"}, strength="0:(0.5), 2:(0.5), 3:(0), 4:(0.5)")
    assert found == [{None: 1.0}] * 8


def test_a_prompt_after_a_cut_has_a_palette_of_its_own(make_animation: Make) -> None:
    strength = "0:(0.5), 1:(0.5), 2:(0), 3:(0.5)"
    found = shares(make_animation, {0: "dawn", 5: "night"}, strength=strength, transition=0)
    assert found == [{None: 1.0}] * 5 + [{5: 1.0}] * 3


def test_a_key_before_the_film_is_the_scenes_prompt(make_animation: Make) -> None:
    assert shares(make_animation, {-4: "dawn", 5: "night"}, transition=0)[4:6] == [{None: 1.0}, {5: 1.0}]


@pytest.mark.parametrize("color", [{"reference": "scene"}, {"coherence": "none"}, {"legacy": True}])
def test_other_references_have_no_palettes(make_animation: Make, color: dict[str, Any]) -> None:
    film = make_animation(prompts={0: "dawn", 3: "night"}, color=color)
    assert Timeline(film)[4].palettes == ()


def test_shares_sum_to_1_where_a_fade_meets_a_morph(make_animation: Make) -> None:
    prompts = {0: "dawn", 2: {"text": "day", "ease": "linear"}, 6: "night"}
    for frame in shares(make_animation, prompts, transition=3):
        assert sum(frame.values()) == pytest.approx(1.0, abs=2e-4)


def test_a_share_names_the_key_of_its_palette(make_animation: Make) -> None:
    film = make_animation(prompts={0: "dawn", 3: "night"}, color={"transition": 0})
    assert Timeline(film)[3].palettes == (PaletteShare(3, 1.0),)
