"""Films whose colors follow their prompts."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.request import GenerationRequest
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import SHARP, FunctionDiffuser, Make, Recorder

LEVELS = {"dawn": 0.7, "night": 0.2, "noon": 0.9}


def stubborn(request: GenerationRequest) -> Tensor:
    """The colors of the prompt if there is no image to start from, else those of that image, 0.05 lighter."""
    width, height = request.size
    if request.image is not None:
        return (request.image + 0.05).clamp(0.0, 1.0)
    level = LEVELS[request.prompt.positive.strip()]
    return torch.linspace(level - 0.1, level + 0.1, width).expand(3, height, width).contiguous()


def film(make_animation: Make, prompts: Any, frames: int = 8, **settings: Any) -> Animation:
    color = {"coherence": "RGB", **settings.pop("color", {})}
    return make_animation(frames=frames, prompts=prompts, **SHARP, color=color, **settings)


def means(animation: Animation, state: State | None = None) -> list[float]:
    pipeline = build_pipeline(animation, FunctionDiffuser(stubborn))
    return [float(frame.image.mean()) for frame in render(Timeline(animation), pipeline, state)]


@pytest.mark.parametrize("compat", [False, True])
def test_the_colors_of_a_new_prompt_are_taken(make_animation: Make, compat: bool) -> None:
    color = {"transition": 0, "reference": "prompt"}
    found = means(film(make_animation, {0: "dawn", 4: "night"}, color=color, compat=compat))
    assert found == pytest.approx([0.7] * 4 + [0.2] * 4, abs=0.01)


def test_the_colors_of_prompts_that_morph_are_blended(make_animation: Make) -> None:
    found = means(film(make_animation, {"morph": "linear", 0: "dawn", 4: "night"}))
    assert found == pytest.approx([0.7, 0.575, 0.45, 0.325] + [0.2] * 4, abs=0.01)


def test_a_film_with_one_prompt_keeps_its_mean_for_200_frames(make_animation: Make) -> None:
    found = means(film(make_animation, "dawn", frames=200))
    assert max(abs(mean - found[0]) for mean in found) * 255 < 0.5


def test_each_later_prompt_is_generated_alone_once(make_animation: Make) -> None:
    animation = film(make_animation, {0: "dawn", 3: "noon", 5: "night"})
    recorder = Recorder(FunctionDiffuser(stubborn))
    assert len(list(render(Timeline(animation), build_pipeline(animation, recorder)))) == 8
    alone = [(request.frame, request.prompt.positive) for request in recorder.asked if request.image is None]
    assert alone == [(0, "dawn"), (3, "noon"), (5, "night")]


def test_a_film_resumed_amid_a_fade_is_the_same(make_animation: Make) -> None:
    animation = film(make_animation, {0: "dawn", 3: "night"}, color={"transition": 4})
    pipeline = build_pipeline(animation, FunctionDiffuser(stubborn))
    whole = list(render(Timeline(animation), pipeline))
    resumed = State.from_bytes(whole[4].state.to_bytes())
    assert means(animation, resumed) == [float(frame.image.mean()) for frame in whole[5:]]
