"""Color anchor rules, before and after a frame is generated."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.color_anchor import ColorAnchorRule, DeforumLegacy, FirstFrame, FirstWarped, SceneStart
from animator.loop.render import render
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import SHARP, FunctionDiffuser, Make

ANCHOR, MOVED, DRAWN = (torch.full((3, 2, 2), value) for value in (0.1, 0.2, 0.3))
CUTS = {"strength": "0:(0.5), 2:(0.5), 3:(0), 4:(0.5)"}


def plan_of(make_animation: Make, frame: int, **settings: Any) -> Plan:
    return Timeline(make_animation(diffusion=CUTS, **settings))[frame]


@pytest.mark.parametrize(
    ("rule", "anchor", "scene_goes_on", "scene_begins"),
    [
        (FirstFrame(), None, None, None),
        (FirstFrame(), ANCHOR, ANCHOR, ANCHOR),
        (SceneStart(), None, None, None),
        (SceneStart(), ANCHOR, ANCHOR, None),
        (FirstWarped(), None, MOVED, MOVED),
        (FirstWarped(), ANCHOR, ANCHOR, ANCHOR),
        (DeforumLegacy(), None, MOVED, MOVED),
        (DeforumLegacy(), ANCHOR, ANCHOR, ANCHOR),
    ],
)
def test_the_anchor_to_generate_a_frame_with(
    make_animation: Make,
    rule: ColorAnchorRule,
    anchor: Tensor | None,
    scene_goes_on: Tensor | None,
    scene_begins: Tensor | None,
) -> None:
    assert rule.for_frame(plan_of(make_animation, 2), anchor, MOVED) is scene_goes_on
    assert rule.for_frame(plan_of(make_animation, 3), anchor, MOVED) is scene_begins


@pytest.mark.parametrize(
    ("rule", "anchor", "strength_half", "strength_0"),
    [
        (FirstFrame(), None, DRAWN, DRAWN),
        (FirstFrame(), ANCHOR, ANCHOR, ANCHOR),
        (SceneStart(), None, DRAWN, DRAWN),
        (SceneStart(), ANCHOR, ANCHOR, ANCHOR),
        (FirstWarped(), None, None, None),
        (FirstWarped(), ANCHOR, ANCHOR, ANCHOR),
        (DeforumLegacy(), None, None, DRAWN),
        (DeforumLegacy(), ANCHOR, ANCHOR, DRAWN),
    ],
)
def test_the_anchor_after_a_generated_frame(
    make_animation: Make,
    rule: ColorAnchorRule,
    anchor: Tensor | None,
    strength_half: Tensor | None,
    strength_0: Tensor | None,
) -> None:
    assert rule.after_frame(plan_of(make_animation, 2), anchor, DRAWN) is strength_half
    assert rule.after_frame(plan_of(make_animation, 3), anchor, DRAWN) is strength_0


def brightness(make_animation: Make, reference: str) -> list[float]:
    """The mean of every frame of a film that is generated brighter from its cut at frame 3 on."""

    def ramp(request: GenerationRequest) -> Tensor:
        low = 0.5 if request.frame >= 3 else 0.2
        return torch.linspace(low, low + 0.2, 64).expand(3, 64, 64).contiguous()

    color = {"coherence": "RGB", "reference": reference}
    animation = make_animation(diffusion=CUTS, **SHARP, color=color)
    frames = render(Timeline(animation), build_pipeline(animation, FunctionDiffuser(ramp)))
    return [float(frame.image.mean()) for frame in frames]


def test_a_new_scene_keeps_its_own_colors(make_animation: Make) -> None:
    assert brightness(make_animation, "scene") == pytest.approx([0.3] * 3 + [0.6] * 3, abs=0.002)


def test_the_first_frames_colors_outlast_a_cut_if_the_reference_is_the_film(make_animation: Make) -> None:
    assert brightness(make_animation, "first") == pytest.approx([0.3] * 6, abs=0.002)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, SceneStart),
        ({"color": {"reference": "scene"}}, SceneStart),
        ({"color": {"reference": "first"}}, FirstFrame),
        ({"color": {"legacy": True}}, DeforumLegacy),
        ({"color": {"reference": "first"}, "compat": True}, FirstFrame),
    ],
)
def test_which_rule_a_film_has(make_animation: Make, settings: dict[str, Any], kind: type) -> None:
    assert type(build_pipeline(make_animation(**settings), FakeDiffuser()).anchor) is kind
