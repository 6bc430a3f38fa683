"""Speed of 45 schedules, the number of a film, against numexpr called once per frame as in Deforum.

Run: pytest -m benchmark_suite -n 0 tests/benchmarks/test_schedules.py
"""

from itertools import count
from typing import Any

import numexpr
import numpy as np
import pytest
from numpy.typing import NDArray

from schedules import Schedule, Scope, few_frames, reference

pytestmark = pytest.mark.benchmark_suite

FORMULAS = [
    *(f"0:(1.0025+0.00{i + 1}*sin(1.25*3.14*t/{30 + i}))" for i in range(15)),
    *(f"0:({i}), {10 + i}:((-{i} + (2.5)*(cos(3.141*(t+{i})/100)**20))*(0.3))" for i in range(15)),
    *(f"0:(0.4*(2**(-0.5*(t%{12 + i})/12))), {40 + i}:(abs(t-max_f/2)/max_f + s%7)" for i in range(15)),
]
MIXED = [
    *FORMULAS[:5],
    *FORMULAS[15:20],
    *FORMULAS[30:35],
    *(f"0:({i}), 20:({i + 1}), 60:(-{i}), {90 + i}:(0.5)" for i in range(15)),
    *(f"0:(0.{i})" for i in range(15)),
]
SETS = {"formulas": FORMULAS, "mixed": MIXED}
FRAMES = (120, 1_000, 10_000)


def each_frame(text: str, frames: int, seed: int) -> NDArray[np.float64]:
    """Returns the values as Deforum computes them: numexpr once per frame, then interpolation of numbers."""
    keys = {int(item.key): item.value.strip() for item in reference.items(text) or ()}
    values = np.full(frames, np.nan)
    value, is_number = "", True
    for frame in range(frames):
        if frame in keys:
            value = keys[frame]
            is_number = reference.is_number(reference.unwrapped(value))
            if is_number:
                values[frame] = float(reference.unwrapped(value))
        if not is_number:
            names = {"t": frame, "max_f": frames - 1, "s": seed}
            values[frame] = numexpr.evaluate(value, local_dict=names, global_dict={})
    known = ~np.isnan(values)
    return np.interp(np.arange(frames), np.flatnonzero(known), values[known])


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("frames", FRAMES)
def test_all_frames_at_once(benchmark: Any, frames: int, kind: str) -> None:
    scope = Scope(frames, seed=42)

    def run() -> list[NDArray[np.float64]]:
        return [Schedule.parse(text).values(scope) for text in SETS[kind]]

    ours = benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    for text, values in list(zip(SETS[kind], ours, strict=True))[::9]:
        compat = Schedule.parse(text).values(Scope(frames, seed=42, compat=True))
        assert np.allclose(compat, each_frame(text, frames, 42), rtol=1e-9)
        assert len(values) == frames


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("frames", FRAMES)
def test_one_frame_at_a_time(benchmark: Any, frames: int, kind: str) -> None:
    def run() -> list[NDArray[np.float64]]:
        return [each_frame(text, frames, 42) for text in SETS[kind]]

    benchmark.pedantic(run, rounds=1)


@pytest.mark.parametrize("few", [0, 10**9], ids=["compiled", "by operation"])
@pytest.mark.parametrize("frames", (*FRAMES, 50_000))
def test_formulas_that_are_new(benchmark: Any, frames: int, few: int, monkeypatch: Any) -> None:
    """129 formulas that numexpr has not seen, as at a program's start; `few_frames.FEW` is chosen by it."""
    monkeypatch.setattr(few_frames, "FEW", few)
    made = count()

    def new() -> tuple[tuple[list[Schedule]], dict[str, Any]]:
        texts = [text.replace("t/", f"t/1.{next(made):04}/") for text in FORMULAS * 3][:129]
        return ([Schedule.parse(text) for text in texts],), {}

    scope = Scope(frames, seed=42)
    benchmark.pedantic(lambda schedules: [each.values(scope) for each in schedules], setup=new, rounds=5)


def test_ten_thousand_keys(benchmark: Any) -> None:
    text = ", ".join(f"{frame}:({frame * 0.37:.3f})" for frame in range(10_000))
    values = benchmark(lambda: Schedule.parse(text).values(Scope(10_000)))
    assert values[-1] == pytest.approx(9_999 * 0.37, abs=1e-3)
