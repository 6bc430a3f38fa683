"""Cadence: which images move, by which depth, and how they fade."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import FrameImage
from animator.loop.render import Frame, render
from animator.loop.tweens.tween import Chained, Composed
from animator.timeline.timeline import Timeline
from tests.fakes import QUIET, Make, PassthroughOrGray, RecordingMotion, level


def film(make_animation: Make, motion: RecordingMotion, **diffusion: Any) -> list[Frame]:
    animation = make_animation(diffusion={"seed": 1, **diffusion}, **QUIET)
    pipeline = replace(build_pipeline(animation, PassthroughOrGray()), motion=motion)
    return list(render(Timeline(animation), pipeline))


def depths(frames: list[Frame]) -> list[float | None]:
    return [level(frame.depth) for frame in frames]


@pytest.mark.parametrize(("cadence", "looks"), [(1, 5), (2, 5), (3, 3)])
def test_every_depth_estimate_is_given_the_one_before(make_animation: Make, cadence: int, looks: int) -> None:
    motion = RecordingMotion()
    film(make_animation, motion, cadence=cadence)
    lasts = [last for _, last in motion.depth_calls]
    assert lasts == [None, *(float(number) for number in range(1, looks))]


def test_composed_in_betweens_need_one_depth_estimate_per_group(make_animation: Make) -> None:
    motion = RecordingMotion()
    frames = film(make_animation, motion, cadence=2)
    assert [frame for frame, _ in motion.depth_calls] == [1, 2, 3, 4, 5]
    assert depths(frames) == [1, 1, 3, 3, 5, 5]


def test_chained_in_betweens_need_one_depth_estimate_each(make_animation: Make) -> None:
    motion = RecordingMotion()
    frames = film(make_animation, motion, cadence=2, cadence_warp="chained")
    # The first group has nothing to fade from, so its image stays where it is and needs no depth estimate.
    assert motion.depth_calls == [(1, None), (2, 1), (2, 2), (3, 3), (4, 4), (4, 5), (5, 6)]
    assert depths(frames) == [None, 1, 3, 4, 6, 7]


def test_a_cut_forgets_the_depth_of_the_scene_before(make_animation: Make) -> None:
    motion = RecordingMotion()
    film(make_animation, motion, strength="0:(0.5), 2:(0.5), 3:(0), 4:(0.5)")
    assert motion.depth_calls == [(1, None), (2, 1), (4, None), (5, 3)]


def test_composed_moves_the_old_image_by_its_own_depth(make_animation: Make) -> None:
    """The old image moves from before the group, the new one from the group's first frame on."""
    plans = Timeline(make_animation(diffusion={"cadence": 3}))[3:6]
    motion, old = RecordingMotion(), torch.zeros(3, 8, 8)
    generated = FrameImage(torch.ones(3, 8, 8), torch.full((8, 8), 9.0))
    images = [level(seen.image) for seen in Composed()(motion, plans, old, generated)]
    assert images == pytest.approx([1 / 3, 2 / 3, 1])
    assert motion.depth_calls == [(4, 9)]
    assert motion.warp_calls == [([3], 9), ([4], 1), ([3, 4], 9), ([4, 5], 1)]


def test_chained_moves_both_images_by_the_new_ones_depth(make_animation: Make) -> None:
    plans = Timeline(make_animation(diffusion={"cadence": 3}))[3:6]
    motion, old = RecordingMotion(), torch.zeros(3, 8, 8)
    generated = FrameImage(torch.ones(3, 8, 8), torch.full((8, 8), 9.0))
    images = [level(seen.image) for seen in Chained()(motion, plans, old, generated)]
    assert images == pytest.approx([1 / 3, 2 / 3, 1])
    assert motion.depth_calls == [(3, 9), (4, 1), (5, 2)]
    assert motion.warp_calls == [([3], 1), ([4], 2), ([4], 2), ([5], 3)]


@pytest.mark.parametrize("way", [Composed(), Chained()])
def test_a_group_with_nothing_before_it_does_not_fade(make_animation: Make, way: Callable[..., Any]) -> None:
    plans = Timeline(make_animation(diffusion={"cadence": 3}))[:3]
    generated = FrameImage(torch.ones(3, 8, 8), None)
    assert [level(seen.image) for seen in way(RecordingMotion(), plans, None, generated)] == [1, 1, 1]


@pytest.mark.parametrize("cadence", [2, 3])
def test_no_warp_of_a_film_is_computed_twice(make_animation: Make, cadence: int) -> None:
    """The first in-between fades from the same warped image that the frame was generated from."""
    motion = RecordingMotion()
    film(make_animation, motion, cadence=cadence)
    warps = [(tuple(frames), depth) for frames, depth in motion.warp_calls]
    assert len(warps) == len(set(warps))


def test_a_kept_warp_changes_no_bit_of_a_film(make_animation: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    animation = make_animation(diffusion={"cadence": 3}, motion={"zoom": 1.05, "angle": 2})

    def images() -> torch.Tensor:
        frames = render(Timeline(animation), build_pipeline(animation, PassthroughOrGray()))
        return torch.stack([frame.image for frame in frames])

    kept = images()
    monkeypatch.setattr("animator.loop.kept_warp._Warp.is_of", lambda *_: False)
    assert torch.equal(images(), kept)
