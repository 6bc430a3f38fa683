import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.camera import Camera
from animator.images.depth_map import (
    equalize,
    is_usable,
    normalize,
    pinhole_distance,
    prepare_depth,
    stabilize,
)


@pytest.fixture
def depth() -> Tensor:
    """Inverse depth as a network gives it: (48, 64), about 3 to 30, with an edge."""
    rows = torch.linspace(3.0, 20.0, 48).unsqueeze(1).expand(48, 64).clone()
    rows[20:30, 10:30] = 30.0
    return rows + torch.rand(48, 64, generator=torch.Generator().manual_seed(0))


def test_normalized_depth_spans_zero_to_one(depth: Tensor) -> None:
    even = normalize(depth)
    assert even.min() == 0.0
    assert even.max() == 1.0


def test_equalized_depth_is_spread_evenly_and_keeps_its_order(depth: Tensor) -> None:
    even = prepare_depth(depth)
    assert even.max() == 1.0
    # The edge's 200 equal values of 3072 are one step of the cumulated histogram.
    shares = torch.quantile(even, torch.linspace(0, 1, 11))
    torch.testing.assert_close(shares, torch.linspace(0, 1, 11), atol=0.07, rtol=0)
    order = depth.flatten().argsort()
    assert even.flatten()[order].diff().min() >= 0.0


def test_equalizing_equals_numpys(depth: Tensor) -> None:
    values = normalize(depth).double().numpy()
    counts, edges = np.histogram(values, 1024, (0, 1))
    wanted = np.interp(values, edges[:-1], counts.cumsum() / values.size)
    np.testing.assert_allclose(equalize(normalize(depth)).numpy(), wanted, atol=1e-6)


def test_single_broken_values_do_not_spoil_the_rest(depth: Tensor) -> None:
    broken = depth.clone()
    broken[0, 0], broken[1, 1], broken[2, 2] = torch.nan, torch.inf, -torch.inf
    assert is_usable(broken)
    ours, whole = prepare_depth(broken), prepare_depth(depth)
    assert ours.isfinite().all()
    torch.testing.assert_close(ours[5:], whole[5:], atol=2e-3, rtol=0)


def test_pinhole_distances_run_from_near_to_far(depth: Tensor) -> None:
    camera = Camera(near=200.0, far=10000.0)
    z = pinhole_distance(normalize(depth), camera)
    assert z.min() == pytest.approx(1.0, rel=1e-5)
    assert z.max() == pytest.approx(50.0, rel=1e-4)


def test_half_the_inverse_depth_is_twice_the_distance() -> None:
    z = pinhole_distance(torch.tensor([1.0, 0.5]), Camera(near=400.0, far=1e12))
    torch.testing.assert_close(z, torch.tensor([2.0, 4.0]))


def test_steadying_undoes_scale_and_shift(depth: Tensor) -> None:
    last = normalize(depth)
    torch.testing.assert_close(stabilize(depth * 3.7 - 11.0, last), last, atol=1e-5, rtol=0)


def test_steadying_is_not_misled_by_what_moved(depth: Tensor) -> None:
    last = normalize(depth)
    moved = depth * 0.5 + 2.0
    moved[5:15, 40:60] = 40.0  # something new, very near
    ours, plain = stabilize(moved, last), normalize(moved)
    still = torch.ones(48, 64, dtype=torch.bool)
    still[5:15, 40:60] = False
    assert (ours - last)[still].abs().mean() < 0.02
    assert (plain - last)[still].abs().mean() > 0.1
    assert ours[10, 50] > 1.0


def test_steadying_a_map_that_says_nothing_keeps_the_last(depth: Tensor) -> None:
    last = normalize(depth)
    for value in (5.0, torch.nan):
        torch.testing.assert_close(stabilize(torch.full_like(last, value), last), last)


def test_a_map_that_runs_against_the_last_one_changes_nothing(depth: Tensor) -> None:
    last = normalize(depth)
    torch.testing.assert_close(stabilize(-depth, last), last)


def test_nothing_of_a_map_that_runs_against_the_last_one_is_taken_over(depth: Tensor) -> None:
    """Turned around it would fit; what is new in it shows whether that was done."""
    last, reversed_map = normalize(depth), -depth
    reversed_map[5:15, 40:60] = -40.0
    assert torch.equal(stabilize(reversed_map, last), last)


def test_a_map_that_is_mostly_sky_follows_the_scene_and_not_the_last_map() -> None:
    scene = torch.zeros(8, 8)
    scene[5:] = torch.linspace(0.2, 1.0, 24).view(3, 8)
    moved = scene.roll(1, 1) * 3.0 + 2.0
    steady = stabilize(moved, scene)
    assert torch.allclose(steady[:5], torch.zeros(5, 8), atol=0.01)
    assert torch.allclose(steady[5:], scene.roll(1, 1)[5:], atol=0.15)
    assert not torch.equal(steady, scene)
