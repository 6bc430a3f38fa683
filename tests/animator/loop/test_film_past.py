"""The past of a film: what a depth network that sees more than one image is given, when it begins anew."""

from typing import Any

import pytest
import torch

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.models.depth.model import FakeDepth
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.fakes import FilmDepth, Make

FRAMES = 12
SETTINGS: dict[str, dict[str, Any]] = {
    "deforum": {},
    "pinhole": {"camera": {"projection": "pinhole"}},
    "stabilized": {"depth": {"stabilize": True}},
    "every second frame": {"depth": {"every": 2}},
    "flipped": {"motion": {"translation_z": 5, "enable_perspective_flip": True}},
    "lookahead": {"diffusion": {"cadence": 3, "cadence_blend": "lookahead"}},
}


def frames_of(make_animation: Make, state: State | None = None, **settings: Any) -> list[Frame]:
    changed = {"mode": "3d", "frames": FRAMES, "motion": {"translation_z": 5}, **settings}
    animation = make_animation(**changed)
    pipeline = build_pipeline(animation, FakeDiffuser(), depth=FilmDepth())
    return list(render(Timeline(animation), pipeline, state))


@pytest.mark.parametrize("cadence", [1, 3])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_film_resumes_from_every_frame_to_the_same_bits(
    make_animation: Make, name: str, cadence: int
) -> None:
    settings = {"diffusion": {"cadence": cadence}, **SETTINGS[name]}
    whole = frames_of(make_animation, **settings)
    for stop in range(1, FRAMES):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        again = frames_of(make_animation, state, **settings)
        assert len(again) == FRAMES - state.next_frame
        for frame in again:
            assert torch.equal(frame.image, whole[frame.plan.frame].image)


def test_the_past_changes_the_film(make_animation: Make) -> None:
    whole = frames_of(make_animation)
    state = whole[5].state
    assert state.past is not None
    forgetful = frames_of(make_animation, State(state.next_frame, state.image, state.anchor, state.depth))
    assert not torch.equal(forgetful[0].image, whole[6].image)


def test_the_past_is_that_of_the_frames_themselves(make_animation: Make) -> None:
    whole = frames_of(make_animation)
    views = [(frame.loop_image[None] * 255).to(torch.uint8) for frame in whole]
    past = whole[9].state.past
    assert past is not None
    assert torch.equal(past, torch.cat([views[0], *views[7:10]]))


def test_a_network_of_single_images_leaves_no_past(make_animation: Make) -> None:
    animation = make_animation(mode="3d", frames=3)
    frames = render(Timeline(animation), build_pipeline(animation, FakeDiffuser(), depth=FakeDepth()))
    assert [frame.state.past for frame in frames] == [None, None, None]


def test_a_past_of_other_numbers_is_no_state() -> None:
    data = State(1, torch.zeros(3, 4, 4), past=torch.zeros(2, 3, 8, 8)).to_bytes()
    with pytest.raises(
        ValueError, match=r"past is torch.float32 .* expected bytes \(count, 3, height, width\)"
    ):
        State.from_bytes(data)
