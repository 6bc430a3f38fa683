"""Depth sources: how often the network runs, and how its maps are scaled."""

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.steps.depth_source import DepthSource, Equalized, Normalized, Stabilized
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.fakes import CountingDepth, Make

SLOPE = torch.linspace(2.0, 6.0, 64).view(8, 8)


@pytest.mark.parametrize(
    ("every", "asked"), [(1, [1, 2, 3, 4, 5, 6, 7, 8]), (2, [1, 2, 4, 6, 8]), (3, [1, 3, 6])]
)
def test_depth_is_estimated_at_multiples_of_every(make_animation: Make, every: int, asked: list[int]) -> None:
    """The first move has no estimate to go on with, so there is one whatever its frame."""
    network, found = CountingDepth(), []
    animation = make_animation(mode="3d", frames=9, depth={"every": every})
    pipeline = build_pipeline(animation, FakeDiffuser(), depth=network)
    for frame in render(Timeline(animation), pipeline):
        found += [frame.plan.frame] * len(network.asked)
        network.asked.clear()
    assert found == asked


def test_between_estimates_the_last_one_is_kept(make_animation: Make) -> None:
    scene, plan = DepthSource(CountingDepth(), 3, Normalized()), Timeline(make_animation())[4]
    assert scene.estimate_depth(torch.zeros(3, 8, 8), plan, SLOPE) is SLOPE


@pytest.mark.parametrize("last", [None, SLOPE])
@pytest.mark.parametrize("scaling", [Equalized(), Normalized()])
def test_maps_that_are_scaled_by_themselves_forget_the_last(
    scaling: Equalized | Normalized, last: Tensor | None
) -> None:
    assert scaling.store(SLOPE * 3, last) is not last
    torch.testing.assert_close(scaling.store(SLOPE * 3, last), SLOPE * 3)
    share = scaling.normalize(SLOPE)
    assert float(share.max()) == pytest.approx(1.0) and bool((share.flatten().diff() > 0).all())


def test_steadied_maps_keep_the_scale_of_the_first() -> None:
    first = Stabilized().store(SLOPE, None)
    torch.testing.assert_close(first, (SLOPE - 2) / 4)
    torch.testing.assert_close(Stabilized().store(SLOPE * 5 + 3, first), first, atol=1e-5, rtol=0)
    assert Stabilized().normalize(torch.tensor([-0.5, 0.5, 1.5])).tolist() == [0.0, 0.5, 1.0]


def test_a_map_that_says_nothing_is_one_near_plane() -> None:
    assert torch.equal(Normalized().normalize(torch.full((4, 4), 7.0)), torch.ones(4, 4))
