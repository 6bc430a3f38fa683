"""Speed of 40 formulas that look at other frames, over the signals of a film.

Run: pytest -m benchmark_suite -n 0 tests/benchmarks/test_functions_of_time.py
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from schedules import Schedule, Scope

pytestmark = pytest.mark.benchmark_suite

FORMULAS = [
    "1 + 0.05*decay(onset, 60/bpm)",
    "remap(smooth(amp, 0.3), 0.1, 0.8, 1, 1.2)",
    "integral(0.5 + 4*smooth(amp, 1))",
    "where(since(peak(onset, 0.5, 0.2)) < 0.1, 2, 1)",
    "0.3*wiggle(2, 7) + delay(amp, 0.25)",
    "ease_in_out(saw(240/bpm)) + pulse(60/bpm, 0.1)",
    "held(amp, onset > 0.8)*(count(onset > 0.8) % 4)",
    "clamp(diff(smooth(amp, 0.2)), -1, 1) + tri(2) + square(3, 0.5)",
]
KEYED = "0:(1), 1b:({}) ease_in_out, 50%:({}), max_f:(1)"


@pytest.mark.parametrize("frames", [1_000, 10_000, 1_000_000])
def test_forty_formulas(benchmark: Any, frames: int) -> None:
    noise = np.random.default_rng(1).random((2, frames))
    scope = Scope(frames, fps=30, bpm=120, signals={"amp": noise[0], "onset": noise[1] ** 8})
    texts = [*FORMULAS * 3, *(KEYED.format(text, text) for text in FORMULAS * 2)]

    def run() -> list[NDArray[np.float64]]:
        return [Schedule.parse(text, signals=scope.signals).values(scope) for text in texts]

    columns = benchmark.pedantic(
        run, rounds=1 if frames > 100_000 else 3, warmup_rounds=int(frames < 100_000)
    )
    assert len(columns) == 40
    assert all(np.isfinite(column).all() for column in columns)
