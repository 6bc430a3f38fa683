"""Scale and shift from one depth map to the next."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from animator.depth.stabilise import aligned, scale_and_shift


def scene(seed=0, size=(48, 64)):
    generator = torch.Generator().manual_seed(seed)
    rows = torch.linspace(0, 1, size[0])[:, None].expand(size)
    return rows + 0.3 * torch.rand(size, generator=generator)


@given(scale=st.floats(0.05, 50), shift=st.floats(-100, 100))
def test_undoes_any_scale_and_shift(scale, shift):
    before = scene()
    after = aligned((before - shift) / scale, before)
    assert torch.allclose(after, before, atol=2e-3)


def test_what_moved_does_not_count():
    before = scene()
    now = before.clone()
    now[10:30, 10:40] += 2.0  # something came near
    after = aligned(now * 3 - 1, before)
    still = torch.ones_like(now, dtype=torch.bool)
    still[10:30, 10:40] = False
    assert torch.allclose(after[still], before[still], atol=1e-3)
    assert torch.allclose(after[10:30, 10:40], now[10:30, 10:40], atol=1e-2)


def test_a_pumping_sequence_stands_still():
    film = [scene(0) * (1 + 0.4 * (k % 2)) + 0.2 * (k % 3) for k in range(8)]
    previous, steady = None, []
    for depth in film:
        previous = aligned(depth, previous)
        steady.append(previous)
    assert max(float((depth - steady[0]).abs().max()) for depth in steady) < 1e-3


def test_strength_is_in_between():
    before, now = scene(), scene() * 3 + 1
    assert torch.equal(aligned(now, before, strength=0.0), now)
    halfway = aligned(now, before, strength=0.5)
    assert torch.allclose(halfway, (now * (1 + (1 / 3 - 1) / 2) - (1 / 3) / 2), atol=1e-3)


@pytest.mark.parametrize(
    ("depth", "previous"),
    [
        (scene(), None),
        (scene(), torch.full((48, 64), 3.0)),
        (torch.full((48, 64), 3.0), scene()),
        (scene(), -scene()),
        (scene(), torch.full((48, 64), float("nan"))),
    ],
)
def test_leaves_alone_what_no_fit_explains(depth, previous):
    assert torch.equal(aligned(depth, previous), depth)


def test_maps_of_other_sizes_and_with_holes_are_fitted():
    before = scene(size=(96, 128)).clone()
    small = torch.nn.functional.avg_pool2d(before[None, None], 2)[0, 0]
    before[:5, :5] = float("inf")
    scale, shift = scale_and_shift(small * 2 + 3, before)
    # Averaged pairs of pixels are smoother, so that the fit is close, not exact.
    assert scale == pytest.approx(0.5, abs=0.05)
    assert shift == pytest.approx(-1.5, abs=0.25)


def test_keeps_type_and_order():
    now = aligned(scene(1), scene(2))
    assert now.dtype == torch.float32
    assert torch.equal(now.flatten().argsort(), scene(1).flatten().argsort())
