"""Every setting with every value at the edges: chance rarely brings a setting the value that breaks it."""

import math
from typing import Any

import pytest

from animator.errors import PresetError
from tests.fuzz.bounded import bounded
from tests.fuzz.test_presets import KEYS, OTHERS, SMALL, use
from tests.fuzz.values import NUMBERS, TEXTS

WHOLE_NUMBERS = (0, -1, 1, 2, 65, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30, 10**400)
REAL_NUMBERS = (-0.0, 0.5, -0.5, 1e-45, 1e-320, 1e38, 1e39, 1e300, -1e308, math.inf, -math.inf, math.nan)
CONTAINERS: tuple[Any, ...] = (
    [], {}, [[]], {"0": {}}, {0: None}, {"0": math.nan}, {math.inf: 1}, {None: 1}, {(1,): 1}, ["a", 1],
    {"a": "b"}, {"0": 1, "x": 2}, {0: 1, 0.5: 2, "0": 3}, {-5: 1}, {"0": "("}, {"0": [1]}, [None],
    [math.nan, 1], [10**30] * 3, [[1, 2]], {"value": 1, "ease": 2}, {"0": {"value": 1, "ease": "x"}},
    {"after": "loop"}, {"0": 1, "after": 7}, {"1e99": 1},
)  # fmt: skip
EVERY = (None, True, False, *WHOLE_NUMBERS, *REAL_NUMBERS, *CONTAINERS, *OTHERS, *TEXTS, *NUMBERS)


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_every_setting_takes_or_refuses_every_value(key: str) -> None:
    for value in EVERY:
        for compat in (False, True):
            with bounded(PresetError):
                use({**SMALL, "compat": compat}, {key: value})
