"""Motion in space: flips in one resampling or two, cameras, noise over revealed pixels."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.images.camera import Camera, Move3D
from animator.images.resample import Border, Sampling
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Motion
from animator.loop.steps.motion_2d import Warp2D, neutral_flip
from animator.loop.steps.motion_3d import (
    DeforumWarp,
    FlippedThenWarp,
    FlippedWarp,
    PinholeWarp,
    camera_move,
    camera_of,
)
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.fakes import Make

FLIP = {
    "enable_perspective_flip": True,
    "perspective_flip_phi": 4,
    "perspective_flip_theta": 3,
    "perspective_flip_gamma": 2,
}
PLANE = Warp2D(Border.REFLECT, Sampling.STEADY, neutral_flip)
WARP = DeforumWarp(None, Border.REFLECT, Sampling.STEADY)


@pytest.fixture
def soft() -> Tensor:
    """An image (3, 96, 128) of soft blobs under fine grain."""
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand((1, 3, 8, 10), generator=generator)
    blobs = functional.interpolate(coarse, (96, 128), mode="bicubic")[0].clamp(0, 1) * 0.6 + 0.15
    return blobs + 0.2 * torch.rand((3, 96, 128), generator=generator)


def detail(image: Tensor) -> float:
    inner = image[:, 24:-24, 24:-24]
    return float((inner[:, :, 1:] - inner[:, :, :-1]).square().mean())


def test_one_reading_moves_as_two_do_and_keeps_more_detail(make_animation: Make, soft: Tensor) -> None:
    motion = {**FLIP, "translation_z": 5, "rotation_3d_y": 1}
    plans = Timeline(make_animation(size=(128, 96), mode="3d", motion=motion))[1:3]
    blurred = functional.avg_pool2d(soft, 9, stride=1, padding=4)
    once, twice = (kind(PLANE, WARP).warp(blurred, plans, None) for kind in (FlippedWarp, FlippedThenWarp))
    # Far from the edges, where the border is met once or twice; a level and a half of smoothness.
    assert (once - twice)[:, 24:-24, 24:-24].abs().max() * 255 < 1.5
    once, twice = (kind(PLANE, WARP).warp(soft, plans, None) for kind in (FlippedWarp, FlippedThenWarp))
    assert detail(once) > 1.2 * detail(twice)


def test_a_flip_of_no_angle_is_the_warp_alone(make_animation: Make, soft: Tensor) -> None:
    motion = {"enable_perspective_flip": True, "translation_z": 5, "rotation_3d_y": 1}
    plans = Timeline(make_animation(size=(128, 96), mode="3d", motion=motion))[1:2]
    flipped, plain = FlippedWarp(PLANE, WARP).warp(soft, plans, None), WARP.warp(soft, plans, None)
    assert (flipped - plain).abs().max() < 1e-4


def test_a_plane_seen_edge_on_is_black(make_animation: Make, soft: Tensor) -> None:
    motion = {"enable_perspective_flip": True, "perspective_flip_phi": 90}
    plans = Timeline(make_animation(size=(128, 96), mode="3d", motion=motion))[1:2]
    assert FlippedWarp(PLANE, WARP).warp(soft, plans, None).abs().max() == 0


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, FlippedWarp),
        ({"compat": True}, FlippedThenWarp),
        ({"camera": {"projection": "pinhole"}}, FlippedThenWarp),
    ],
)
def test_who_flips(make_animation: Make, settings: dict[str, object], kind: type) -> None:
    animation = make_animation(mode="3d", motion=FLIP, depth={"use_depth_warping": False}, **settings)
    motion = build_pipeline(animation, FakeDiffuser()).motion
    assert isinstance(motion, kind)


def test_the_pinhole_flips_too(make_animation: Make, soft: Tensor) -> None:
    plans = Timeline(make_animation(size=(128, 96), mode="3d", motion=FLIP))[1:2]
    pinhole = PinholeWarp(None, Sampling.STEADY, 0.0)
    flipped = FlippedThenWarp(PLANE, pinhole).warp(soft, plans, None)
    assert torch.equal(flipped, PLANE.flip_image(soft, plans[0]))


@pytest.mark.parametrize("warp", [WARP, FlippedWarp(PLANE, WARP), PinholeWarp(None, Sampling.STEADY, 0.0)])
def test_moves_of_several_frames_end_with_the_last_ones_lens(
    make_animation: Make, soft: Tensor, warp: Motion
) -> None:
    animation = make_animation(
        size=(128, 96), mode="3d", motion={"translation_x": 20}, camera={"fov": "0:(40), 3:(100)"}
    )
    first, second = Timeline(animation)[1:3]
    moved = warp.warp(soft, [first, second], None)
    assert torch.equal(moved, warp.warp(soft, [replace(first, camera=second.camera), second], None))
    assert not torch.equal(moved, warp.warp(soft, [first, replace(second, camera=first.camera)], None))


def revealed(make_animation: Make, frame: int) -> Tensor:
    """The noise (6,) in the top row of the edge that a step to the right reveals, under a fixed seed."""
    animation = make_animation(
        mode="3d", motion={"translation_x": 100}, diffusion={"seed": 7, "seed_behavior": "fixed"}
    )
    warp = PinholeWarp(None, Sampling.NEAREST, 1.0)
    return warp.warp(torch.full((3, 64, 64), 0.5), Timeline(animation)[frame : frame + 1], None)[0, 0, -6:]


def test_a_fixed_seed_does_not_repeat_the_noise_over_what_is_revealed(make_animation: Make) -> None:
    first, second = revealed(make_animation, 1), revealed(make_animation, 2)
    assert float((first - second).abs().mean()) > 0.1


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (1, [0.65341, 0.10697, 0.0, 0.2773, 0.52353, 0.50573]),
        (2, [0.37751, 0.80846, 0.87198, 0.78276, 0.18421, 0.68416]),
    ],
)
def test_the_noise_over_what_is_revealed_is_known(
    make_animation: Make, frame: int, wanted: list[float]
) -> None:
    assert revealed(make_animation, frame).tolist() == pytest.approx(wanted, abs=1e-4)


def test_every_number_of_a_move_and_a_lens_is_in_its_place(make_animation: Make) -> None:
    motion = {
        "translation_x": 1, "translation_y": 2, "translation_z": 3,
        "rotation_3d_x": 4, "rotation_3d_y": 5, "rotation_3d_z": 6,
    }  # fmt: skip
    camera = {"fov": 50, "near": 100, "far": 900, "aspect_ratio": 2}
    plan = Timeline(make_animation(motion=motion, camera=camera))[1]
    assert camera_move(plan) == Move3D(translation=(1, 2, 3), rotation_deg=(4, 5, 6))
    assert camera_of([plan]) == Camera(fov_deg=50, near=100, far=900, aspect_ratio=2)
