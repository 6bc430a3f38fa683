"""Functions of time on any column: bounds, shifts, symmetry, and a definition written as a loop."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from schedules import Schedule, ScheduleError, Scope

Array = NDArray[np.float64]
FPS = 10.0
VALUES = st.floats(-1e6, 1e6).map(lambda x: round(x, 4))
COLUMNS = st.lists(VALUES, min_size=1, max_size=60).map(np.array)
TIMES = st.sampled_from([0.0, 1e-9, 0.05, 0.1, 0.17, 0.3, 1.0, 2.5, 100.0])
any_column = settings(max_examples=80, deadline=None)


def computed(text: str, x: Array) -> Array:
    return Schedule.parse(text, signals=["x"]).values(Scope(len(x), fps=FPS, signals={"x": x}))


def slack(x: Array) -> float:
    return 1e-9 * (1 + float(np.abs(x).max()))


@any_column
@given(COLUMNS, TIMES)
def test_smoothing_has_no_lag_and_stays_within_the_values(x: Array, seconds: float) -> None:
    text = f"smooth(x, {seconds!r})"
    values = computed(text, x)
    assert x.min() <= values.min() <= values.max() <= x.max()
    np.testing.assert_allclose(computed(text, x[::-1].copy())[::-1], values, atol=slack(x))


@any_column
@given(VALUES, st.integers(1, 50), TIMES)
def test_a_constant_stays_as_it_is(number: float, frames: int, seconds: float) -> None:
    x = np.full(frames, number)
    for name in ("smooth", "delay"):
        assert computed(f"{name}(x, {seconds!r})", x).tolist() == x.tolist()
    assert not computed(f"peak(x, -1e9, {seconds!r})", x).any()
    assert not computed("diff(x)", x).any()


def looped_decay(x: Sequence[float], half: float) -> list[float]:
    """Returns the envelope by its definition, frame by frame."""
    result: list[float] = []
    ringing = 0.0
    for number in x:
        ringing = max(number, ringing * 2 ** (-1 / half) if half else 0.0)
        result.append(max(number, ringing) if ringing > 0 or any(y > 0 for y in result) else number)
        ringing = max(ringing, 0.0)
    return result


@any_column
@given(COLUMNS, TIMES)
def test_a_decay_is_the_envelope_of_its_definition(x: Array, seconds: float) -> None:
    x = np.abs(x)
    values = computed(f"decay(x, {seconds!r})", x)
    np.testing.assert_allclose(values, looped_decay(x.tolist(), seconds * FPS), rtol=1e-9, atol=1e-300)


@any_column
@given(COLUMNS, TIMES)
def test_a_decay_is_never_below_its_signal_nor_above_the_largest_value(x: Array, seconds: float) -> None:
    values = computed(f"decay(x, {seconds!r})", x)
    assert (values >= x).all()
    assert values.max() <= max(x.max(), 0)
    assert values[np.argmax(x)] == x.max()


@any_column
@given(COLUMNS, st.integers(-70, 70))
def test_a_delay_by_whole_frames_shifts_the_column(x: Array, frames: int) -> None:
    shifted = x[np.clip(np.arange(len(x)) - frames, 0, len(x) - 1)]
    np.testing.assert_allclose(computed(f"delay(x, {frames}/fps)", x), shifted, atol=1e-6 * (1 + slack(x)))


@any_column
@given(COLUMNS, TIMES, st.sampled_from([0, 1, 4, 20]))
def test_what_is_heard_later_is_answered_later(x: Array, seconds: float, lead: int) -> None:
    later = np.concatenate([np.zeros(lead), x])
    for text in (f"decay(x, {seconds!r})", "held(x, x > 1)", "count(x > 1)"):
        now = computed(text, np.concatenate([[0.0], x]))[1:]
        np.testing.assert_allclose(computed(text, np.concatenate([[0.0], later]))[1 + lead :], now, rtol=1e-9)


@any_column
@given(COLUMNS, TIMES, VALUES)
def test_peaks_are_maxima_far_enough_apart(x: Array, seconds: float, threshold: float) -> None:
    peaks = np.flatnonzero(computed(f"peak(x, {threshold!r}, {seconds!r})", x))
    assert (x[peaks] > threshold).all()
    assert (np.diff(peaks) >= seconds * FPS - 1e-6).all()
    padded = np.concatenate([[-np.inf], x, [-np.inf]])
    assert (padded[peaks] < x[peaks]).all()
    assert (padded[peaks + 2] <= x[peaks]).all()
    if x.max() > threshold and len(set(x.tolist())) > 1:
        assert np.argmax(x) in peaks


@any_column
@given(COLUMNS)
def test_the_integral_grows_by_the_mean_of_two_frames(x: Array) -> None:
    values = computed("integral(x)", x)
    assert values[0] == 0
    np.testing.assert_allclose(np.diff(values) * FPS, (x[1:] + x[:-1]) / 2, atol=1e-5)
    np.testing.assert_allclose(computed("diff(integral(x))", x)[1:], (x[1:] + x[:-1]) / 2, atol=1e-5)


@any_column
@given(COLUMNS)
def test_moments_are_counted_as_by_a_loop(x: Array) -> None:
    values = {name: computed(f"{name}(x > 0)", x) for name in ("since", "count")}
    held = computed("held(x, x > 0)", x)
    count, last, kept = 0, -len(x), x[0]
    for frame, number in enumerate(x):
        if number > 0:
            count += frame == 0 or x[frame - 1] <= 0
            last, kept = frame, number
        assert values["count"][frame] == count
        assert values["since"][frame] == pytest.approx((frame - last) / FPS)
        assert held[frame] == kept


HOSTILE = st.lists(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e308, -1e308, 5e-324, np.nan, np.inf, -np.inf]),
    min_size=1,
    max_size=9,
).map(np.array)
CALLS = [
    "smooth(x, {0})", "decay(x, {0})", "delay(x, {0})", "delay(x, x)", "peak(x, {0}, {1})", "peak(x, x, {0})",
    "held(x, {0})", "integral(x)", "diff(x)", "since(x)", "count(x)", "saw(x, {0})", "saw({0}, x)",
    "tri({0})", "square(x)", "pulse(x, {0}, {1})", "wiggle({0}, {1})", "remap(x, {0}, {1}, {1}, x)",
    "ease(x)", "elastic(x)", "smooth(decay(x, {0}), {1})", "integral(integral(x))",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(CALLS),
    HOSTILE,
    *[st.sampled_from(["0", "-1", "1e308", "1e-308", "1/0", "sqrt(-1)", "0.5", "max_f"])] * 2,
    st.booleans(),
)
def test_hostile_values_give_finite_numbers_or_our_error(
    call: str, x: Array, first: str, second: str, compat: bool
) -> None:
    schedule = Schedule.parse(call.format(first, second), signals=["x"])
    try:
        values = schedule.values(Scope(len(x), fps=1e6, compat=compat, signals={"x": x}))
    except ScheduleError:
        return
    assert not np.isnan(values).any()
    assert compat or np.isfinite(values).all()
