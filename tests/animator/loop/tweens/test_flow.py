"""In-betweens along a flow that is known."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.loop.pipeline import FrameImage
from animator.loop.steps.motion_2d import Still
from animator.loop.tweens.flow import FlowTween
from animator.loop.tweens.tween import Composed
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make, RecordingMotion

SHIFT = 8
INNER = (slice(None), slice(16, -16), slice(16, -16))


def to_the_right(first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
    """The flow between two images of which the second is `SHIFT` pixels further right."""
    flow = torch.zeros(2, *first.shape[-2:])
    flow[0] = SHIFT
    return flow


def moved(pixels: int) -> Tensor:
    """A texture (3, 64, 64) of soft blobs, moved right."""
    coarse = torch.rand((1, 3, 17, 17), generator=torch.Generator().manual_seed(4))
    texture = functional.interpolate(coarse, (96, 96), mode="bicubic")[0].clamp(0.0, 1.0)
    return texture[:, 16:80, 16 - pixels : 80 - pixels].contiguous()


def group(make_animation: Make, cadence: int, **diffusion: Any) -> Sequence[Plan]:
    animation = make_animation(frames=2 * cadence, diffusion={"cadence": cadence, **diffusion})
    return Timeline(animation)[cadence:]


def error(image: Tensor, pixels: int) -> float:
    """Distance of the middle of an image from the texture moved right, in levels of 255."""
    return float((image[INNER] - moved(pixels)[INNER]).abs().mean()) * 255


@pytest.mark.parametrize("cadence", [2, 4, 8])
def test_every_in_between_is_its_share_of_the_way(make_animation: Make, cadence: int) -> None:
    plans = group(make_animation, cadence)
    found = list(FlowTween(to_the_right)(Still(), plans, moved(0), FrameImage(moved(SHIFT), None)))
    errors = [error(one.image, SHIFT * (at + 1) // cadence) for at, one in enumerate(found)]
    assert max(errors) < 0.1


def test_the_middle_is_half_the_way_where_a_fade_shows_both_ends(make_animation: Make) -> None:
    plans = group(make_animation, 2)
    generated = FrameImage(moved(SHIFT), None)
    flowing = next(FlowTween(to_the_right)(Still(), plans, moved(0), generated)).image
    fading = next(Composed()(Still(), plans, moved(0), generated)).image
    assert error(flowing, SHIFT // 2) < 0.02 * error(fading, SHIFT // 2)


def test_without_its_factor_the_flow_is_a_fade(make_animation: Make) -> None:
    plans = group(make_animation, 3, cadence_flow_factor=0)
    generated = FrameImage(moved(SHIFT), None)
    flowing = FlowTween(to_the_right)(Still(), plans, moved(0), generated)
    fading = Composed()(Still(), plans, moved(0), generated)
    assert all(torch.equal(a.image, b.image) for a, b in zip(flowing, fading, strict=True))


def test_the_flow_is_what_the_camera_does_not_explain(make_animation: Make) -> None:
    """The old image is warped to the generated frame before the flow is estimated; in-betweens move on."""
    seen: list[tuple[Tensor, Tensor]] = []

    def noted(first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        seen.append((first, second))
        return torch.zeros(2, *first.shape[-2:])

    motion, old, new = RecordingMotion(), torch.zeros(3, 8, 8), torch.ones(3, 8, 8)
    plans = group(make_animation, 3)
    frames = list(FlowTween(noted)(motion, plans, old, FrameImage(new, torch.full((8, 8), 9.0))))
    assert [(float(a.mean()), float(b.mean())) for a, b in seen] == [(0, 1)]
    assert [float(frame.image.mean()) for frame in frames] == pytest.approx([1 / 3, 2 / 3, 1])
    assert motion.depth_calls == [(4, 9)]
    assert motion.warp_calls == [([3], 9), ([4], 1), ([4, 5], 1)]
    assert [float(frame.depth.mean()) for frame in frames if frame.depth is not None] == [1, 1, 1]
