"""The loop with a fake diffuser: every frame once, cadence, requests to the diffuser."""

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from schedules import PromptFrame
from tests.fakes import QUIET, FunctionDiffuser, Make, Recorder


def frames_of(animation: Animation, diffuser: Diffuser, state: State | None = None) -> list[Frame]:
    return list(render(Timeline(animation), build_pipeline(animation, diffuser), state))


@pytest.mark.parametrize("cadence", [1, 2, 3, 7, 10])
def test_every_frame_is_emitted_once_whatever_the_cadence(make_animation: Make, cadence: int) -> None:
    animation = make_animation(frames=120, diffusion={"seed": 1, "cadence": cadence})
    frames = frames_of(animation, FakeDiffuser())
    assert [frame.plan.frame for frame in frames] == list(range(120))
    assert frames[-1].state.next_frame == 120


def test_one_generation_per_group_with_its_seed(make_animation: Make) -> None:
    recorder = Recorder()
    frames_of(make_animation(frames=7, diffusion={"seed": 5, "cadence": 3}), recorder)
    assert [(r.frame, r.seed) for r in recorder.asked] == [(0, 5), (3, 6), (6, 7)]


def test_the_first_frame_is_generated_from_the_prompt_alone(make_animation: Make) -> None:
    recorder = Recorder()
    frames_of(make_animation(frames=3), recorder)
    assert [r.image is None for r in recorder.asked] == [True, False, False]


def test_strength_0_leaves_the_image_out(make_animation: Make) -> None:
    recorder = Recorder()
    frames_of(make_animation(frames=4, diffusion={"strength": {0: 0.5, 2: "0", 3: 0.5}}), recorder)
    assert [r.image is None for r in recorder.asked] == [True, False, True, False]


def test_in_betweens_fade_from_the_old_image_to_the_new(make_animation: Make) -> None:
    animation = make_animation(frames=7, diffusion={"seed": 1, "cadence": 3}, **QUIET)
    values = [float(frame.image.mean()) for frame in frames_of(animation, Recorder())]
    # Three frames of the first image; then from 0.1 to 0.2 in thirds; then the first third toward 0.3.
    assert values == pytest.approx([0.1, 0.1, 0.1, 0.4 / 3, 0.5 / 3, 0.2, 0.7 / 3], abs=1e-6)


@pytest.mark.parametrize("blend", ["fade", "lookahead"])
def test_in_betweens_end_at_a_cut_of_the_film(make_animation: Make, blend: str) -> None:
    strength = "0:(0.6), 3:(0.6), 4:(0), 5:(0.6)"
    diffusion = {"seed": 1, "cadence": 3, "strength": strength, "cadence_blend": blend}
    recorder = Recorder()
    frames = frames_of(make_animation(frames=9, diffusion=diffusion, **QUIET), recorder)
    generated = {request.frame: request.image is None for request in recorder.asked}
    assert generated == ({0: True, 3: False, 4: True, 6: False} if blend == "fade" else generated)
    assert generated[4] and 3 in generated
    values = [float(frame.image.mean()) for frame in frames]
    assert values[3:5] == pytest.approx([0.2, 0.3])
    assert all(value >= 0.3 - 1e-6 for value in values[4:])


def test_in_betweens_keep_moving(make_animation: Make) -> None:
    animation = make_animation(
        frames=4, diffusion={"seed": 1, "cadence": 4}, motion={"translation_x": 5, "border": "zeros"}, **QUIET
    )
    images = [frame.image for frame in frames_of(animation, Recorder())]
    lit = [int((image[0, 32] > 0.05).sum()) for image in images]
    assert lit == [64, 59, 54, 49]


def test_the_request_has_the_prompt_of_the_frame(make_animation: Make) -> None:
    recorder = Recorder()
    frames_of(
        make_animation(frames=4, prompts={0: "day", 2: "night --neg sun"}, negative_prompt="blur", **QUIET),
        recorder,
    )
    assert [r.prompt.positive for r in recorder.asked] == ["day", "day", "night", "night"]
    assert "blur" in recorder.asked[0].prompt.negative
    assert "sun" in recorder.asked[3].prompt.negative


@pytest.mark.parametrize("cadence", [1, 2, 3])
def test_resuming_from_any_state_gives_the_same_bits(make_animation: Make, cadence: int) -> None:
    animation = make_animation(
        frames=12,
        diffusion={"seed": 3, "cadence": cadence, "strength": 0.4},
        motion={"zoom": 1.05, "angle": "2*sin(t)", "translation_x": 1},
    )
    whole = frames_of(animation, FakeDiffuser())
    for stop in range(cadence, 12, cadence):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        assert state.next_frame == stop
        for again, frame in zip(frames_of(animation, FakeDiffuser(), state), whole[stop:], strict=True):
            assert torch.equal(again.image, frame.image)


def test_a_state_in_the_middle_of_a_group_points_at_its_start(make_animation: Make) -> None:
    frames = frames_of(make_animation(frames=6, diffusion={"seed": 1, "cadence": 3}), FakeDiffuser())
    assert [frame.state.next_frame for frame in frames] == [0, 0, 3, 3, 3, 6]


@pytest.mark.parametrize("data", [b"", b"nonsense", State(3, torch.zeros(3, 8, 8)).to_bytes()[:-5]])
def test_a_broken_state_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a whole state"):
        State.from_bytes(data)


@pytest.mark.parametrize(
    ("steps", "strength", "run"),
    [(20, 0.65, 7), (25, 0.65, 8), (10, 0.99, 1), (1, 0.3, 1), (4, 1.0, 1), (30, 0.1, 27)],
)
def test_steps_that_run_are_steps_less_the_kept_share(steps: int, strength: float, run: int) -> None:
    request = GenerationRequest(
        0, (8, 8), torch.zeros(3, 8, 8), PromptFrame("", ""), strength, steps, 7, "Euler", 0
    )
    assert request.steps_run == run


def test_long_films_stay_small(make_animation: Make) -> None:
    animation = make_animation(frames=300, diffusion={"seed": 1, "cadence": 10})
    held = [
        frame
        for frame in render(Timeline(animation), build_pipeline(animation, FakeDiffuser()))
        if frame.plan.frame == 299
    ]
    tensors = [value for value in vars(held[0].state).values() if isinstance(value, Tensor)]
    assert sum(tensor.numel() for tensor in tensors) == 2 * 3 * 64 * 64


def test_images_stay_in_range_and_alive_over_200_frames(make_animation: Make) -> None:
    animation = make_animation(
        frames=200,
        motion={"zoom": 1.02, "angle": 0.5},
        noise={"amount": 0.02},
        diffusion={"seed": 4, "strength": 0.6},
    )
    frames = frames_of(animation, FakeDiffuser())
    first, last = frames[0].image, frames[-1].image
    assert all(float(frame.image.min()) >= 0 and float(frame.image.max()) <= 1 for frame in frames)
    assert float(last.mean()) == pytest.approx(float(first.mean()), abs=0.03)
    assert float(last.std()) > 0.5 * float(first.std())


@pytest.mark.parametrize("cadence", [1, 3])
def test_3d_films_resume_exactly_too(make_animation: Make, cadence: int) -> None:
    animation = make_animation(
        mode="3d",
        frames=9,
        depth={"model": "fake", "every": 2},
        motion={"translation_z": 4, "rotation_3d_y": "0.5*sin(t)"},
        diffusion={"seed": 3, "cadence": cadence, "strength": 0.6},
    )
    whole = frames_of(animation, FakeDiffuser())
    assert whole[-1].depth is not None or cadence == 1
    for stop in range(cadence, 9, cadence):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        for again, frame in zip(frames_of(animation, FakeDiffuser(), state), whole[stop:], strict=True):
            assert torch.equal(again.image, frame.image)


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
def test_near_things_move_more_than_far_ones(make_animation: Make, projection: str) -> None:
    """The stand-in depth rises towards the bottom: a sideways step moves the bottom rows more."""
    animation = make_animation(
        mode="3d",
        size=(128, 128),
        frames=2,
        depth={"model": "fake"},
        camera={"projection": projection},
        motion={"translation_x": 10},
        diffusion={"seed": 1, "strength": 1.0},
        **QUIET,
    )
    grain = 0.45 + 0.1 * torch.rand((1, 1, 128), generator=torch.Generator().manual_seed(1)).expand(
        3, 128, 128
    )
    motion = build_pipeline(animation, FakeDiffuser()).motion
    plan = Timeline(animation)[1]
    moved = motion.warp(grain, [plan], motion.estimate_depth(grain, plan, None))
    shifts = [best_shift(grain[0, row], moved[0, row]) for row in (10, 118)]
    assert 0 < abs(shifts[0]) < abs(shifts[1])


def best_shift(before: Tensor, after: Tensor) -> int:
    """The whole-pixel shift of a row that explains the change best."""
    shifts = range(-7, 8)
    errors = [float((before.roll(s)[16:-16] - after[16:-16]).abs().mean()) for s in shifts]
    return shifts[errors.index(min(errors))]


def test_composed_in_betweens_stay_sharper_than_chained_ones(make_animation: Make) -> None:
    def detail(way: str) -> float:
        animation = make_animation(
            frames=8,
            diffusion={"seed": 1, "cadence": 8, "cadence_warp": way},
            motion={"angle": 0.7, "zoom": 1.01, "sampling": "bilinear"},
            **QUIET,
        )
        grain = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(2))

        return float(
            frames_of(animation, FunctionDiffuser(lambda request: grain))[-1].image.diff(dim=-1).abs().mean()
        )

    assert detail("composed") > 1.3 * detail("chained")


@pytest.mark.parametrize("way", ["composed", "chained"])
def test_composed_and_chained_in_betweens_move_the_same(make_animation: Make, way: str) -> None:
    animation = make_animation(
        frames=4,
        diffusion={"seed": 1, "cadence": 4, "cadence_warp": way},
        motion={"translation_x": 5, "border": "zeros"},
        **QUIET,
    )
    lit = [int((frame.image[0, 32] > 0.05).sum()) for frame in frames_of(animation, Recorder())]
    assert lit == [64, 59, 54, 49]


def test_interpolation_keeps_no_colors(make_animation: Make) -> None:
    film = make_animation(mode="interpolation", color={"coherence": "LAB", "force_grayscale": True})
    after = build_pipeline(film, FakeDiffuser()).after
    assert [type(step).__name__ for step in after] == ["Grayscale"]


def test_an_imported_film_sharpens_with_deforums_threshold(make_animation: Make) -> None:
    sharpening = [
        type(step).__name__ for step in build_pipeline(make_animation(compat=True), FakeDiffuser()).before
    ]
    assert "DeforumAntiBlur" in sharpening and "AntiBlur" not in sharpening


def test_a_cut_is_hard_at_any_cadence(make_animation: Make) -> None:
    strength = "0:(0.6), 2:(0.6), 3:(0), 4:(0.6)"
    film = make_animation(frames=6, diffusion={"seed": 1, "cadence": 3, "strength": strength})
    frames = list(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
    again = make_animation(
        frames=6, diffusion={"seed": 1, "cadence": 3, "strength": strength}, motion={"zoom": 3}
    )
    other = list(render(Timeline(again), build_pipeline(again, FakeDiffuser())))
    assert not torch.equal(frames[2].image, other[2].image)
    assert torch.equal(frames[3].image, other[3].image)  # nothing of the scene before is in it
