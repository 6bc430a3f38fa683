"""Easing curves by name, for the way from one key to the next.

Source: the common easing equations (R. Penner, 2001); each maps 0 to 0 and 1 to 1.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]


def bounce(u: Array) -> Array:
    """Returns a ball's fall and three bounces, ending at rest on 1; `u` (n,) in [0, 1]."""
    n, d = 7.5625, 2.75
    falls = [(1 / d, 0.0, 0.0), (2 / d, 1.5 / d, 0.75), (2.5 / d, 2.25 / d, 0.9375)]
    conditions = [u < limit for limit, _, _ in falls]
    arcs = [n * (u - shift) ** 2 + height for _, shift, height in falls]
    return np.select(conditions, arcs, n * (u - 2.625 / d) ** 2 + 0.984375)


def elastic(u: Array) -> Array:
    """Returns a spring that overshoots 1 and settles on it; `u` (n,) in [0, 1]."""
    swing = 2.0 ** (-10 * u) * np.sin((10 * u - 0.75) * (2 * np.pi / 3)) + 1
    return np.where(u <= 0, 0.0, np.where(u >= 1, 1.0, swing))


def back(u: Array) -> Array:
    """Returns a curve that overshoots 1 by a tenth and comes back; `u` (n,) in [0, 1]."""
    c = 1.70158
    return 1 + (c + 1) * (u - 1) ** 3 + c * (u - 1) ** 2


def _mirror(ease_out: Curve) -> Curve:
    return lambda u: 1 - ease_out(1 - u)


def _both(ease_out: Curve) -> Curve:
    def both(u: Array) -> Array:
        first, second = np.clip(1 - 2 * u, 0.0, 1.0), np.clip(2 * u - 1, 0.0, 1.0)
        return np.where(u < 0.5, (1 - ease_out(first)) / 2, (1 + ease_out(second)) / 2)

    return both


def _families() -> dict[str, Curve]:
    outs: dict[str, Curve] = {
        "sine": lambda u: np.sin(u * np.pi / 2),
        "quad": lambda u: 1 - (1 - u) ** 2,
        "cubic": lambda u: 1 - (1 - u) ** 3,
        "quart": lambda u: 1 - (1 - u) ** 4,
        "expo": lambda u: np.where(u >= 1, 1.0, 1 - 2.0 ** (-10 * u)),
        "circ": lambda u: np.sqrt(1 - (1 - u) ** 2),
        "back": back,
        "elastic": elastic,
        "bounce": bounce,
    }
    named: dict[str, Curve] = {}
    for name, curve in outs.items():
        named |= {f"{name}_in": _mirror(curve), f"{name}_out": curve, f"{name}_in_out": _both(curve)}
    return named


def _all() -> dict[str, Curve]:
    named = _families()
    return {
        "linear": lambda u: u,
        "hold": np.zeros_like,
        "cubic": lambda u: u * u * (3 - 2 * u),
        "ease_in": named["quad_in"],
        "ease_out": named["quad_out"],
        "ease_in_out": lambda u: u * u * (3 - 2 * u),
        "bounce": bounce,
        "elastic": elastic,
        "back": back,
        **named,
    }


EASINGS: Mapping[str, Curve] = MappingProxyType(_all())
"""Name -> curve. `cubic` between plain numbers is a smooth curve through all keys instead (see `curve`)."""
