"""Sources, and steps that act on one frame only."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from animator.loop.pipeline import Source
from animator.loop.state import State
from animator.loop.steps.composite import SkipFirstFrame
from animator.loop.steps.deforum import FirstFrameOnly
from animator.loop.steps.source import ClipFrame, LastImage, PromptOnly
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make, level

GRAY = torch.full((3, 2, 2), 0.5)


class Grays:
    """A clip whose every image is a gray: tenths of its number."""

    def at(self, frame: int) -> Tensor:
        return torch.full((3, 2, 2), frame / 10)


class Blacken:
    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        return torch.zeros_like(image)


def test_a_clip_gives_the_image_of_the_frame(make_animation: Make) -> None:
    source: Source = ClipFrame(Grays())
    found = [level(source.image(plan, State(image=GRAY))) for plan in Timeline(make_animation())]
    assert found == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert source.init_image(Timeline(make_animation())[0]) is None


def test_the_last_image_is_the_states_and_the_first_frame_has_the_init_image(make_animation: Make) -> None:
    plan = Timeline(make_animation())[0]
    assert LastImage(GRAY).init_image(plan) is GRAY and LastImage().init_image(plan) is None
    assert LastImage(GRAY).image(plan, State()) is None
    last = torch.zeros(3, 2, 2)
    assert LastImage(GRAY).image(plan, State(3, last)) is last


def test_nothing_is_nothing(make_animation: Make) -> None:
    plan = Timeline(make_animation())[1]
    nothing: Source = PromptOnly()
    assert nothing.init_image(plan) is None and nothing.image(plan, State(1, GRAY)) is None


@pytest.mark.parametrize(("only", "wanted"), [(FirstFrameOnly, [0, 0.5, 0.5]), (SkipFirstFrame, [0.5, 0, 0])])
def test_the_first_frame_is_an_exception(
    make_animation: Make, only: Callable[[Blacken], FirstFrameOnly], wanted: list[float]
) -> None:
    plans = Timeline(make_animation())[:3]
    assert [level(only(Blacken()).apply(GRAY, plan, State())) for plan in plans] == wanted
