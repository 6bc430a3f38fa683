"""Steps restricted to an area, and overlays on the rest."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.loop.pipeline import FrameImage
from animator.loop.state import State
from animator.loop.steps.masking import Area, Overlay, OverlayTween, Within
from animator.loop.tweens.tween import Composed
from animator.masks.sources import ConstantMask, Masks
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make, RecordingMotion, level
from tests.letters import image_of, letters_of

LEFT = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
HALF = torch.full((1, 4), 0.5)
BEFORE = State(3, image_of("KKKK"))


class Invert:
    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        return 1.0 - image


def area(mask: Tensor, *, inverted: bool = False) -> Area:
    masks = Masks((4, 1), {"init_mask": ConstantMask(mask)}, torch.device("cpu"))
    return Area(masks, lambda plan: "{init_mask}", inverted=inverted)


@pytest.fixture
def plans(make_animation: Make) -> Any:
    return Timeline(make_animation(diffusion={"cadence": 2, "strength": "0:(0.5), 3:(0.5), 4:(0), 5:(0.5)"}))


def test_steps_act_inside_their_area(plans: Any) -> None:
    step = Within(area(LEFT), (Invert(),))
    assert letters_of(step.apply(image_of("RGBW"), plans[3], BEFORE)) == "CMBW"
    step = Within(area(LEFT, inverted=True), (Invert(),))
    assert letters_of(step.apply(image_of("RGBW"), plans[3], BEFORE)) == "RGYK"


def test_steps_act_one_after_the_other(plans: Any) -> None:
    step = Within(area(LEFT), (Invert(), Invert()))
    assert letters_of(step.apply(image_of("RGBW"), plans[3], BEFORE)) == "RGBW"


def test_where_a_scene_begins_they_act_everywhere(plans: Any) -> None:
    step = Within(area(LEFT), (Invert(),))
    assert letters_of(step.apply(image_of("RGBW"), plans[4], BEFORE)) == "CMYK"  # a cut
    assert letters_of(step.apply(image_of("RGBW"), plans[0], State())) == "CMYK"  # the film begins


def test_in_betweens_get_the_overlay_and_the_generated_image_only_once(plans: Any) -> None:
    white = torch.ones(3, 1, 4)
    overlaid = OverlayTween(Composed(), Overlay(area(HALF), lambda frame: white))
    old, generated = torch.zeros(3, 1, 4), FrameImage(torch.full((3, 1, 4), 0.5), None)
    frames = list(overlaid(Stays(), plans.group(2), old, generated))
    assert [level(frame.image) for frame in frames] == [0.625, 0.75]
    alone = list(overlaid(RecordingMotion(), plans[1:2], None, generated))
    assert alone[0].image is generated.image


class Stays:
    """Moves nothing, into images of its own."""

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> None:
        """No depth."""

    def warp(self, image: Tensor, plans: Any, depth: Tensor | None) -> Tensor:
        return image.clone()
