"""The functions of formulas that numpy lacks: ranges, easing curves, waves, functions of time."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from schedules.easing import EASINGS, Curve
from schedules.operations import Compute, Operation
from schedules.oscillators import pulse, saw, square, tri, wiggle
from schedules.time_functions import COLUMNS

_CLOCK = ("t", "fps")
_OF_COLUMNS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "smooth": (2, (1,)),
    "decay": (2, (1,)),
    "delay": (2, ()),
    "peak": (3, (2,)),
    "integral": (1, ()),
    "diff": (1, ()),
    "held": (2, ()),
    "since": (1, ()),
    "count": (1, ()),
}
"""Number of operands, and which of them are the same on every frame."""


def _remap(x: Any, low: Any, high: Any, first: Any, last: Any) -> Any:
    """Returns the place of `x` between `low` and `high` as the same place between `first` and `last`."""
    along = np.where(low == high, x >= high, np.clip((x - low) / (high - low), 0.0, 1.0))
    return first * (1 - along) + last * along


def _eased(curve: Curve) -> Compute:
    return lambda x: curve(np.clip(x, 0.0, 1.0))


def _operations() -> Iterator[Operation]:
    yield Operation("clamp", (3, 3), np.clip)
    yield Operation("remap", (5, 5), _remap)
    yield Operation("ease", (1, 1), _eased(EASINGS["ease_in_out"]))
    for name, curve in EASINGS.items():
        if name not in ("linear", "hold"):
            yield Operation(name, (1, 1), _eased(curve))
    for name, wave in {"saw": saw, "tri": tri, "square": square}.items():
        yield Operation(name, (1, 2), wave, given=_CLOCK, optional=(0.0,))
    yield Operation("pulse", (2, 3), pulse, given=_CLOCK, optional=(0.0,))
    yield Operation("wiggle", (1, 2), wiggle, given=_CLOCK, optional=(0.0,), fixed=(0, 1))
    for name, (count, fixed) in _OF_COLUMNS.items():
        yield Operation(name, (count, count), COLUMNS[name], given=("fps",), fixed=fixed, whole_film=True)


FILM_FUNCTIONS: Mapping[str, Operation] = MappingProxyType(
    {operation.name: operation for operation in _operations()}
)
"""Functions by name; Deforum has none of them."""
