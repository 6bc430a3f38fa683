"""Waves, smooth noise, ranges and easing curves in formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import EASINGS, Schedule, ScheduleError, Scope
from schedules.evaluate import evaluate
from schedules.expression import parse


def value(text: str, frames: int = 8, fps: float = 4, **scope: object) -> list[float]:
    return Schedule.parse(text).values(Scope(frames, fps=fps, **scope)).tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saw(1)", [0, 0.25, 0.5, 0.75] * 2),
        ("saw(1, 0.25)", [0.25, 0.5, 0.75, 0] * 2),
        ("saw(-1)", [0, 0.75, 0.5, 0.25] * 2),
        ("saw(60/bpm)", [0, 0.5] * 4),
        ("tri(1)", [0, 0.5, 1, 0.5] * 2),
        ("square(1)", [1, 1, 0, 0] * 2),
        ("square(1, 0.5)", [0, 0, 1, 1] * 2),
        ("pulse(1, 0.25)", [1, 0, 0, 0] * 2),
        ("pulse(1, 0.25, 0.25)", [0, 0, 0, 1] * 2),
        ("pulse(1, 0)", [0] * 8),
        ("pulse(1, 1)", [1] * 8),
        ("remap(t, 2, 4, 10, 20)", [10, 10, 10, 15, 20, 20, 20, 20]),
        ("remap(t, 4, 2, 10, 20)", [20, 20, 20, 15, 10, 10, 10, 10]),
        ("remap(t, 3, 3, 10, 20)", [10, 10, 10, 20, 20, 20, 20, 20]),
        ("clamp(t, 2, 4)", [2, 2, 2, 3, 4, 4, 4, 4]),
        ("ease(t/2 - 1)", [0, 0, 0, 0.5, 1, 1, 1, 1]),
    ],
)
def test_a_function_has_the_values_computed_by_hand(text: str, expected: list[float]) -> None:
    assert value(text, bpm=120) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(EASINGS.keys() - {"linear", "hold"}))
def test_every_easing_is_a_function_from_0_to_1(name: str) -> None:
    along = np.linspace(-0.5, 1.5, 21)
    values = value(f"{name}(t/10 - 0.5)", frames=21)
    np.testing.assert_allclose(values, EASINGS[name](np.clip(along, 0, 1)), atol=1e-12)
    assert (values[0], values[-1]) == pytest.approx((0, 1), abs=1e-3)


@pytest.mark.parametrize("fps", [12, 23.976, 24, 25, 30, 60])
@pytest.mark.parametrize("bpm", [90, 120, 140, 174])
def test_a_pulse_on_each_beat_starts_on_the_first_frame_of_the_beat(fps: float, bpm: float) -> None:
    found = np.flatnonzero(value("pulse(60/bpm, 1e-6)", frames=20_000, fps=fps, bpm=bpm))
    exact = np.arange(20_000) * bpm / (60 * fps)
    assert found.tolist() == np.flatnonzero(np.abs(exact - np.rint(exact)) < 5e-7).tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["saw({}, {})", "tri({}, {})", "square({}, {})", "pulse({}, 0.3, {})"]),
    st.floats(0.01, 1e4),
    st.floats(-5, 5),
)
def test_waves_stay_between_0_and_1_and_repeat(wave: str, period: float, phase: float) -> None:
    values = np.array(value(wave.format(period, phase), frames=200))
    assert values.min() >= 0
    assert values.max() <= 1
    again = np.array(value(wave.format(period, phase + 1), frames=200))
    # Within rounding a cycle may just have begun, or be just about to.
    assert np.mean(np.abs(values - again) > 1e-6) < 0.02


def test_a_period_of_zero_is_an_error() -> None:
    with pytest.raises(ScheduleError, match="is not a number"):
        value("saw(0)")


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 30), st.integers(-(2**40), 2**40))
def test_a_wiggle_is_smooth_and_repeatable(rate: float, seed: int) -> None:
    text = f"wiggle({rate!r}, {seed})"
    values = np.array(value(text, frames=300, fps=200))
    assert np.abs(values).max() <= 1
    # The steepest slope of the quintic between -1 and 1.
    assert np.abs(np.diff(values)).max() <= 2 * 1.875 * rate / 200 + 1e-9
    assert evaluate(parse(text), np.array([123]), Scope(300, fps=200)).tolist() == [values[123]]
    halved = np.array(value(text, frames=150, fps=100))
    np.testing.assert_allclose(halved, values[::2], atol=1e-9)


def test_wiggles_never_change_between_versions_and_differ_by_seed() -> None:
    assert value("wiggle(4)", frames=3) == pytest.approx(
        [-0.6108991992534101, -0.7595433011245925, -0.09486168493489888], abs=1e-12
    )
    columns = np.array([value(f"wiggle(4, {seed})", frames=4_000) for seed in range(4)])
    assert np.abs(np.corrcoef(columns) - np.eye(4)).max() < 0.06
    assert np.abs(columns.mean(axis=1)).max() < 0.06
    np.testing.assert_allclose(columns.std(axis=1), 3**-0.5, atol=0.03)


def test_a_wiggle_follows_the_seed_of_the_film_only_where_it_is_written() -> None:
    assert value("wiggle(2)", seed=1) == value("wiggle(2)", seed=2)
    assert value("wiggle(2, s)", seed=1) != value("wiggle(2, s)", seed=2)
    assert len(value("wiggle(2, s)", seed=2**63)) == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wiggle(-1)", "a rate of 0 or more per second, not -1"),
        ("wiggle(1/0)", "a rate of 0 or more per second, not inf"),
        ("wiggle(1, 0.5)", "is a whole number, not 0.5"),
        ("wiggle(1, sqrt(-1))", "is a whole number, not nan"),
        ("wiggle(t)", "has to be the same on every frame"),
        ("wiggle(1, 2, 3)", "takes 1 or 2 values, not 3"),
        ("noise(1)", "did you mean `wiggle`"),
        ("triangle(1)", "did you mean `tri`"),
        ("lerp(t, 0, 1)", "did you mean `remap`"),
    ],
)
def test_a_mistake_is_explained(text: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        value(text)


@settings(max_examples=60, deadline=None)
@given(*[st.floats(-1e6, 1e6)] * 4)
def test_a_remapped_value_stays_between_the_new_bounds(
    low: float, high: float, first: float, last: float
) -> None:
    values = value(f"remap(t*1000 - 4000, {low!r}, {high!r}, {first!r}, {last!r})")
    assert min(first, last) - 1e-6 <= min(values)
    assert max(values) <= max(first, last) + 1e-6
