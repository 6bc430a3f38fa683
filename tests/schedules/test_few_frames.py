"""Formulas of few frames: the same bits as compiled ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from schedules import Schedule, ScheduleError, Scope, few_frames

FORMULAS = (
    "0:(1.0025+0.002*sin(1.25*3.14*t/30))",
    "0:(2), 10:((-2 + 2.5*(cos(3.141*(t+2)/100)**20))*0.3)",
    "0:(0.4*(2**(-0.5*(t%12)/12))), 40:(abs(t-max_f/2)/max_f + s%7)",
    "0:(where(t>5, 1/t, -t)*1e300/7)",
    "0:((t>3)*2 + (t<10) + not(t>5 and t<9 or t==20))",
    "0:(((t/3>2)!=(t<30)) + (t if t>4 else -t))",
    "0:(t**2.5 + 2**t/1e30 + t**0 + t**(t/20) + 0.1**t + t**51/1e80 + pow(t+1,-3))",
    "0:(sqrt(t)*log(t+1)/exp(t/50) + tan(t) + arctan2(t,3) + fmod(t,7)%3//2)",
    "0:(min(t,5,max_f) + max(1,t) + round(t/3.3) + hypot(t,3) + clip(t,3,9) + int(t/7))",
    "0:(smooth(sin(t/3),5) + t/1e-300*1e-300 + t/1e-310)",
    "0:(sinh(t/999)+cosh(t/999)+tanh(t)+arcsin(t/1e4)+arccos(t/1e4)+arcsinh(t)+log10(t+1)+expm1(t/999))",
    "0:(1/0*t), 9:(1)",
    "0:((t & 3) + (t << 2) + (~t) + (t | 8) + (t ^ 5))",
    "0:(t*0 + (3>2)), 5:(bpm/fps*t)",
)


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Scope, int], bytes | str]:
    def evaluated(text: str, scope: Scope, few: int) -> bytes | str:
        monkeypatch.setattr(few_frames, "FEW", few)
        try:
            return Schedule.parse(text).values(scope).tobytes()
        except ScheduleError as error:
            return str(error)

    return evaluated


@pytest.mark.parametrize("compat", [False, True])
@pytest.mark.parametrize("frames", [1, 2, 120, 1_000])
@pytest.mark.parametrize("text", FORMULAS)
def test_the_bits_are_those_of_the_compiled_formula(
    values: Callable[[str, Scope, int], bytes | str],
    text: str,
    frames: int,
    compat: bool,
) -> None:
    scope = Scope(frames, seed=42, bpm=128, compat=compat)
    assert values(text, scope, frames) == values(text, scope, 0)


def test_a_long_film_is_compiled_and_a_short_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(few_frames, "FEW", 10)
    whole = few_frames.value_of

    def counted(*args: Any) -> Any:
        calls.append(1)
        return whole(*args)

    monkeypatch.setattr(few_frames, "value_of", counted)
    schedule = Schedule.parse("0:(t*2)")
    assert np.array_equal(schedule.values(Scope(11)), np.arange(11) * 2.0)
    assert not calls
    assert np.array_equal(schedule.values(Scope(10)), np.arange(10) * 2.0)
    assert calls
