"""Grading: the numbers that each setting gives."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.images.colorspace import LUMA
from animator.images.white_balance import white_balance
from animator.loop.state import State
from animator.loop.steps.grade import Grade, LiftGammaGain
from animator.timeline.timeline import Timeline
from tests.fakes import Make


@pytest.fixture
def make(make_animation: Make) -> Any:
    plan = Timeline(make_animation())[1]
    return lambda step, *rgb: step.apply(torch.tensor(rgb)[:, None, None].expand(3, 2, 2), plan, State())


def color(image: Tensor) -> list[float]:
    assert torch.equal(image, image[:, :1, :1].expand_as(image))
    return image[:, 0, 0].tolist()


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("stops", [-2.0, -1.0, 0.5, 1.0])
def test_a_stop_doubles_the_light(make: Any, stops: float) -> None:
    found = color(make(Grade(exposure=stops), 0.1, 0.3, 0.5))
    assert [linear(value) for value in found] == pytest.approx(
        [linear(value) * 2**stops for value in (0.1, 0.3, 0.5)], rel=1e-3
    )


def test_light_beyond_white_is_cut_off(make: Any) -> None:
    assert color(make(Grade(exposure=10), 0.5, 1.0, 0.0)) == pytest.approx([1, 1, 0], abs=1e-5)


def test_contrast_leaves_the_pivot(make: Any) -> None:
    assert color(make(Grade(contrast=2), 0.5, 0.4, 0.9)) == pytest.approx([0.5, 0.3, 1.0])
    assert color(make(Grade(contrast=2, pivot=0.4), 0.5, 0.4, 0.1)) == pytest.approx([0.6, 0.4, 0.0])
    assert color(make(Grade(contrast=0, pivot=0.25), 0.5, 0.4, 0.1)) == pytest.approx([0.25] * 3)


def test_saturation_0_is_gray_and_leaves_grays(make: Any) -> None:
    gray = sum(weight * value for weight, value in zip(LUMA, (0.2, 0.4, 0.6), strict=True))
    assert color(make(Grade(saturation=0), 0.2, 0.4, 0.6)) == pytest.approx([gray] * 3)
    assert color(make(Grade(saturation=3), 0.4, 0.4, 0.4)) == pytest.approx([0.4] * 3)


def test_white_is_warmer_cooler_magenta_or_green(make: Any) -> None:
    warm, cool, magenta, green = (
        color(make(Grade(**{name: value}), 0.5, 0.5, 0.5))
        for name, value in (("temperature", 40), ("temperature", -40), ("tint", 15), ("tint", -15))
    )
    assert warm[0] > warm[1] > warm[2] and cool[0] < cool[1] < cool[2]
    assert magenta[1] < min(magenta[0], magenta[2]) and green[1] > max(green[0], green[2])


@pytest.mark.parametrize(("warmth", "tint"), [(90.0, 0.0), (-90.0, 0.0), (0.0, 50.0), (90.0, -50.0)])
def test_white_balance_keeps_the_luminance_of_white(warmth: float, tint: float) -> None:
    rows = torch.tensor(white_balance(warmth, tint), dtype=torch.float64)
    luminance = torch.tensor([0.212671, 0.715160, 0.072169], dtype=torch.float64)
    assert float(luminance @ rows @ torch.ones(3, dtype=torch.float64)) == pytest.approx(1.0, abs=1e-4)
    assert rows.isfinite().all() and float(torch.linalg.det(rows)) > 0


def test_white_of_4100_kelvin_has_its_known_color() -> None:
    """White shifted by 90 mireds has the chromaticity of daylight of 4103 kelvin: x 0.3767, y 0.3801."""
    to_xyz = torch.tensor(
        [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]],
        dtype=torch.float64,
    )
    rows = torch.tensor(white_balance(90.0, 0.0), dtype=torch.float64)
    xyz = to_xyz @ rows @ torch.ones(3, dtype=torch.float64)
    assert (xyz[:2] / xyz.sum()).tolist() == pytest.approx([0.3767, 0.3801], abs=2e-3)


def test_lift_gives_black_and_gain_white_their_values(make: Any) -> None:
    assert color(make(LiftGammaGain(lift=0.2), 0.0, 0.5, 1.0)) == pytest.approx([0.2, 0.6, 1.0])
    assert color(make(LiftGammaGain(gain=0.8), 0.0, 0.5, 1.0)) == pytest.approx([0.0, 0.4, 0.8])
    assert color(make(LiftGammaGain(lift=-0.5), 0.0, 0.5, 1.0)) == pytest.approx([0.0, 0.25, 1.0])


def test_gamma_brightens_the_middle(make: Any) -> None:
    assert color(make(LiftGammaGain(gamma=2), 0.0, 0.25, 1.0)) == pytest.approx([0.0, 0.5, 1.0])
    assert color(make(LiftGammaGain(gamma=0.5), 0.0, 0.5, 1.0)) == pytest.approx([0.0, 0.25, 1.0])


@pytest.mark.parametrize(("channel", "index"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_channel_is_graded_alone(make: Any, channel: Any, index: int) -> None:
    found = color(make(LiftGammaGain(channel=channel, gain=0.5), 0.4, 0.4, 0.4))
    assert found == pytest.approx([0.2 if place == index else 0.4 for place in range(3)])
