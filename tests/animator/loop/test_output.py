"""Steps on the images that leave the loop: seen in every frame, and never by the next one."""

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.output import finish
from animator.loop.pipeline import OutputStep
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.loop.steps.echo import Echo
from animator.models.diffusion.fake import FakeDiffuser
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import Make

LOOKS: list[dict[str, Any]] = [
    {"use": "kaleidoscope", "at": "output", "segments": 5},
    {"use": "echo", "amount": 0.6},
    {"use": "glow"},
    {"use": "echo", "amount": "0:(1), 9:(0.4)", "blend": "lighten"},
    {"use": "grain"},
]
CADENCES = pytest.mark.parametrize("cadence", [1, 2, 3])
STRENGTH = "0:(0.6), 4:(0.6), 5:(0), 6:(0.6)"


def film_of(make_animation: Make, cadence: int = 1, **settings: Any) -> Animation:
    diffusion = {"seed": 3, "cadence": cadence, "strength": STRENGTH}
    return make_animation(frames=10, motion={"zoom": 1.02}, **{"diffusion": diffusion, **settings})


def rendered(film: Animation, state: State | None = None) -> list[Frame]:
    return list(render(Timeline(film), build_pipeline(film, FakeDiffuser()), state))


@CADENCES
def test_the_loop_never_sees_the_steps_of_the_output(make_animation: Make, cadence: int) -> None:
    plain = rendered(film_of(make_animation, cadence))
    looks = rendered(film_of(make_animation, cadence, steps=LOOKS))
    for one, other in zip(plain, looks, strict=True):
        assert torch.equal(one.image, other.loop_image) and not torch.equal(one.image, other.image)
        for kept in ("image", "anchor", "depth"):
            before, after = getattr(one.state, kept), getattr(other.state, kept)
            assert (before is None and after is None) or torch.equal(before, after)
    assert all(frame.image is frame.loop_image for frame in plain)
    assert all(frame.state.trails is None for frame in plain)


@CADENCES
def test_a_film_with_trails_resumes_from_every_frame(make_animation: Make, cadence: int) -> None:
    film = film_of(make_animation, cadence, steps=LOOKS)
    whole = rendered(film)
    for frame in whole:
        state = State.from_bytes(frame.state.to_bytes())
        again = rendered(film, state)
        for one, other in zip(again, whole[state.next_frame :], strict=True):
            assert torch.equal(one.image, other.image)


def test_in_betweens_have_each_the_values_of_their_frame(make_animation: Make) -> None:
    steps = [{"use": "vignette", "at": "output", "amount": "t/9", "start": 0}]
    film = film_of(make_animation, 3, steps=steps)
    for frame in rendered(film):
        dark = frame.loop_image[:, 0, 0] * (1 - frame.plan.frame / 9)
        assert torch.allclose(frame.image[:, 0, 0], dark, atol=1e-6)


def test_trails_end_at_a_cut(make_animation: Make) -> None:
    frames = rendered(film_of(make_animation, 2, steps=[{"use": "echo", "amount": 0.9}]))
    differs = [not torch.equal(frame.image, frame.loop_image) for frame in frames]
    assert differs == [False, True, True, True, True, False, True, True, True, True]


def test_an_echo_after_the_diffusion_comes_back_into_the_loop(make_animation: Make) -> None:
    plain = rendered(film_of(make_animation))
    echo = rendered(film_of(make_animation, steps=[{"use": "echo", "at": "after"}]))
    assert torch.equal(plain[0].image, echo[0].image)
    mixed = plain[1].image.lerp(plain[0].image, 0.5)
    assert torch.allclose(echo[1].image, mixed, atol=1e-6)
    assert echo[1].image is echo[1].loop_image and echo[1].state.trails is None


def test_steps_of_the_output_act_outside_the_mask_too(make_animation: Make, tmp_path: Path) -> None:
    Image.new("L", (64, 64), 0).save(tmp_path / "mask.png")
    mask = {"use_mask": True, "mask_file": str(tmp_path / "mask.png")}
    steps = [{"use": "mirror", "at": "output"}, {"use": "kaleidoscope", "at": "after"}]
    *_, last = rendered(film_of(make_animation, mask=mask, steps=steps))
    assert torch.equal(last.image, last.image.flip(2))
    assert not torch.equal(last.loop_image, last.loop_image.flip(2))


def test_each_step_remembers_its_own_image(make_animation: Make) -> None:
    plan = Timeline(make_animation())[1]
    black, white = torch.zeros(3, 4, 4), torch.ones(3, 4, 4)
    steps = (OutputStep(Echo(amount=0.5), remembers=True), OutputStep(Echo(amount=1), remembers=True))
    image, trails = finish(steps, black, plan, State(1, black, trails=torch.stack((white, white * 0.25))))
    assert isinstance(trails, Tensor) and trails.shape == (2, 3, 4, 4)
    assert float(trails[0].mean()) == 0.5 and torch.equal(image, trails[1])
    assert float(image.mean()) == 0.25


def test_a_step_that_does_not_remember_gets_no_last_image(make_animation: Make) -> None:
    plan, image = Timeline(make_animation())[1], torch.rand(3, 4, 4)
    found, trails = finish((OutputStep(Echo(amount=1)),), image, plan, State(1, torch.zeros(3, 4, 4)))
    assert torch.equal(found, image) and trails is None


def test_trails_begin_anew_where_other_settings_have_more_or_fewer_of_them(make_animation: Make) -> None:
    one = rendered(film_of(make_animation, steps=LOOKS[:2]))
    for steps in (LOOKS, LOOKS[:1]):
        first, *_ = rendered(film_of(make_animation, steps=steps), one[2].state)
        assert (first.state.trails is None) == (steps == LOOKS[:1])
        assert torch.equal(first.loop_image, one[3].loop_image)


def test_a_state_with_trails_of_another_shape_is_refused() -> None:
    image = torch.zeros(3, 8, 8)
    for trails in (torch.zeros(3, 8, 8), torch.zeros(1, 4, 8, 8), torch.zeros(1, 3, 8, 4)):
        with pytest.raises(ValueError, match=r"trails is|different sizes"):
            State.from_bytes(State(1, image, trails=trails).to_bytes())
