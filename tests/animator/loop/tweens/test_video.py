"""Cadence by a video model: what it is asked for, and where it is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from torch import Tensor

from animator.loop.build import tween as build
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.loop.tweens.lookahead import LookAhead
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.video.model import Between
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import QUIET, Make


@dataclass(frozen=True)
class FadingModel:
    """Video model that fades, with a mark of the seed in the first pixel; records what it is asked for."""

    asked: list[Between] = field(default_factory=list)

    def __call__(self, between: Between) -> Tensor:
        self.asked.append(between)
        times = torch.linspace(0, 1, between.count + 2)[1:-1]
        images = torch.stack([between.first.lerp(between.last, float(time)) for time in times])
        images[:, 0, 0, 0] = between.seed % 1000 / 1000
        return images


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FadingModel:
    """The video model that films of the test load."""
    made = FadingModel()
    monkeypatch.setattr("animator.models.video.load.load_video_model", lambda *_: made)
    return made


def film(make_animation: Make, **settings: Any) -> Animation:
    diffusion = {
        "seed": 1,
        "cadence": 4,
        "cadence_blend": "video",
        "tween_model": "any",
        **settings.pop("diffusion", {}),
    }
    made: Animation = make_animation(
        **{"frames": 13, "motion": {"translation_x": 2}, **QUIET, **settings, "diffusion": diffusion}
    )
    return made


def frames_of(animation: Animation, state: State | None = None) -> Sequence[Frame]:
    return list(render(Timeline(animation), build_pipeline(animation, FakeDiffuser()), state))


def test_the_model_generates_what_leads_up_to_each_generated_frame(
    make_animation: Make, model: FadingModel
) -> None:
    animation = film(
        make_animation,
        prompts={0: "a (red:1.3) lake <lora:x:0>", 8: "snow AND ice :0.5"},
        negative_prompt="[fog]",
        diffusion={"tween_steps": "0:(8), 12:(20)", "tween_guidance": "0:(1), 12:(4)"},
    )
    frames = frames_of(animation)
    assert [(one.frame, one.count) for one in model.asked] == [(7, 3), (11, 3)]
    first, second = model.asked
    assert torch.equal(first.first, frames[3].image) and torch.equal(first.last, frames[7].image)
    assert torch.equal(frames[5].image[:, 1:], first.first.lerp(first.last, 0.5)[:, 1:])
    assert (first.prompt, second.prompt, first.negative) == ("a red lake", "snow ice", "fog")
    assert [one.steps for one in model.asked] == [15, 19]
    assert [round(one.guidance, 2) for one in model.asked] == [2.75, 3.75]
    assert first.seed != second.seed and first.fps == animation.fps


def test_the_films_first_group_has_no_image_before_it(make_animation: Make, model: FadingModel) -> None:
    video, ahead = (frames_of(film(make_animation, diffusion={"cadence_blend": blend})) for blend in
                    ("video", "lookahead"))  # fmt: skip
    assert all(torch.equal(video[n].image, ahead[n].image) for n in (0, 1, 2, 3, 7, 11, 12))
    assert not torch.equal(video[5].image, ahead[5].image)


def test_a_cadence_of_its_own_lets_the_model_begin_at_the_second_frame(
    make_animation: Make, model: FadingModel
) -> None:
    frames_of(film(make_animation, diffusion={"cadence": "0:(1), 1:(4)"}))
    assert [(one.frame, one.count) for one in model.asked] == [(4, 3), (8, 3), (12, 3)]


def test_nothing_is_generated_over_a_cut(make_animation: Make, model: FadingModel) -> None:
    frames_of(film(make_animation, cuts="t == 6", cuts_apart=1))
    assert [one.frame for one in model.asked] == [5, 11]  # 4 to 5, then a scene of its own from 6 on


def test_each_frame_is_the_same_after_resuming(make_animation: Make, model: FadingModel) -> None:
    animation = film(make_animation, motion={"zoom": 1.03})
    whole = frames_of(animation)
    for stop in range(1, 13):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        for again in frames_of(animation, state):
            assert torch.equal(again.image, whole[again.plan.frame].image)


def test_without_in_betweens_no_model_is_loaded(
    make_animation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("was loaded")

    monkeypatch.setattr("animator.models.video.load.load_video_model", fail)
    animation = film(make_animation, diffusion={"cadence": 1, "tween_model": ""})
    assert len(frames_of(animation)) == 13
    assert isinstance(build.tween_of(animation, torch.device("cpu"), None), LookAhead)


@pytest.mark.parametrize("mode", ["3d", "interpolation"])
def test_other_modes_have_it(make_animation: Make, model: FadingModel, mode: str) -> None:
    frames = frames_of(film(make_animation, mode=mode, depth={"model": "fake"}))
    assert [one.frame for one in model.asked] == [7, 11]
    assert (frames[5].depth is not None) == (mode == "3d")


def test_what_a_mask_keeps_is_kept_in_the_in_betweens(
    make_animation: Make, model: FadingModel, tmp_path: Path
) -> None:
    half = torch.zeros(64, 64, dtype=torch.uint8)
    half[:, :32] = 255
    Image.fromarray(half.numpy()).save(tmp_path / "left.png")
    Image.fromarray(half.T.numpy()).convert("RGB").save(tmp_path / "scene.png")
    frames = frames_of(
        film(
            make_animation,
            init={"image": str(tmp_path / "scene.png")},
            mask={"use_mask": True, "mask_file": str(tmp_path / "left.png"), "overlay_blur": 0},
        )
    )
    assert model.asked and all(torch.equal(f.image[..., 60:], frames[0].image[..., 60:]) for f in frames)


def test_hybrid_motion_is_refused(make_animation: Make) -> None:
    with pytest.raises(ValidationError, match="video does not follow the clip; expected fade where"):
        film(make_animation, hybrid={"motion": "Affine"}, video={"path": "clip.mp4"})
