"""Colors as float32 RGB arrays, and ways to mix them."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.random import Generator

from animator.training.scenes.noise import Array

Value = float | Array
LUMA = np.array([0.3, 0.59, 0.11], np.float32)


def rgb(red: int, green: int, blue: int) -> Array:
    """Returns the color (3,) in [0, 1] of three 8-bit values."""
    return np.array([red, green, blue], np.float32) / 255


def hsv(hue: float, saturation: float, value: float) -> Array:
    """Returns the color (3,) of a hue in turns, a saturation and a value in [0, 1]."""
    pixel = np.array([[[(hue % 1) * 360, np.clip(saturation, 0, 1), value]]], np.float32)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0])


def mix(start: Value, end: Value, weight: Value) -> Array:
    """Interpolates from `start`, where the weight is 0, to `end`, where it is 1."""
    return np.asarray(start + (end - start) * weight, np.float32)


def blend(start: Array, end: Array, mask: Array) -> Array:
    """Mixes images or colors (..., 3) by a mask (H, W)."""
    return mix(start, end, mask[..., None])


def smoothstep(low: float, high: float, x: Value) -> Array:
    """Returns 0 below low, 1 above high (reversed if high < low), and a smooth step between."""
    t = np.clip((np.asarray(x, np.float32) - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def jitter(color: Array, rng: Generator, amount: float = 0.05) -> Array:
    """Returns the color with normal noise of a deviation, clipped to [0, 1]."""
    return np.asarray(np.clip(color + rng.normal(0, amount, 3), 0, 1), np.float32)


def ramp(stops: Sequence[Array]) -> Callable[[Array], Array]:
    """Returns a color map from values (...) in [0, 1] to colors (..., 3), along evenly spaced stops."""
    positions = np.linspace(0, 1, len(stops))
    fine = np.linspace(0, 1, 512)
    table = np.stack([np.interp(fine, positions, [s[c] for s in stops]) for c in range(3)], -1)
    table = table.astype(np.float32)
    return lambda t: np.asarray(table[np.clip(np.nan_to_num(t) * 511, 0, 511).astype(np.int32)])


NAMED = (
    ("red", 0.0),
    ("orange", 0.07),
    ("golden", 0.13),
    ("green", 0.36),
    ("turquoise", 0.48),
    ("blue", 0.6),
    ("purple", 0.75),
    ("magenta", 0.87),
)
"""Names of hues in captions, and the hues in turns."""


def palette(rng: Generator) -> tuple[Callable[[Array], Array], str]:
    """Returns a random color map through one or two named hues, and its name such as `blue and golden`."""
    (first, a), (second, b) = NAMED[rng.integers(len(NAMED))], NAMED[rng.integers(len(NAMED))]
    if rng.random() < 0.4:
        stops = [
            hsv(b, 0.8, 0.2),
            hsv(b, 0.85, 0.8),
            rgb(250, 240, 225),
            hsv(a, 0.7, 0.95),
            hsv(a, 0.9, 0.35),
        ]
    else:
        stops = [
            rgb(8, 8, 20),
            hsv(a, 0.85, 0.55),
            hsv(a, 0.75, 0.95),
            hsv(b, 0.65, 0.95),
            rgb(252, 246, 232),
        ]
    return ramp(stops), first if first == second else f"{first} and {second}"
