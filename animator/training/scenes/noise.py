"""Tileable noise: a cached bank of spectral fields that every image rolls and flips at random.

Synthesizing noise is the slow part of a procedural image; rolling and flipping a cached field is almost free.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

Array = NDArray[np.floating]

SIDE = 512  # texels of a field's side
ROUGH, GRAINY, ROLLING, SMOOTH = 2.0, 2.6, 3.2, 4.0  # power laws of the fields, f ** -beta
_COUNTS = {ROUGH: 8, GRAINY: 12, ROLLING: 10, SMOOTH: 6}
_SEED = 7


@lru_cache(maxsize=1)
def _bank() -> dict[float, tuple[Array, ...]]:
    rng = default_rng(_SEED)
    return {beta: tuple(_field(rng, beta) for _ in range(count)) for beta, count in _COUNTS.items()}


def _field(rng: Generator, beta: float) -> Array:
    """Returns noise (SIDE, SIDE) of mean 0 and deviation 1 whose power falls as f ** -beta."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = 1
    spectrum = frequency ** (-beta / 2) * np.exp(2j * np.pi * rng.random(frequency.shape))
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(SIDE, SIDE))
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def random_field(rng: Generator, beta: float) -> Array:
    """Returns a field (SIDE, SIDE) of mean 0 and deviation 1, rolled, flipped and transposed at random."""
    fields = _bank()[beta]
    field = fields[rng.integers(len(fields))]
    field = np.roll(field, (int(rng.integers(SIDE)), int(rng.integers(SIDE))), (0, 1))
    flips = int(rng.integers(8))
    field = field[::-1] if flips & 1 else field
    field = field[:, ::-1] if flips & 2 else field
    return np.ascontiguousarray(field.T if flips & 4 else field)


def sample(field: Array, column: NDArray[np.floating], row: NDArray[np.floating]) -> Array:
    """Samples the field at fractional texels (H, W), wrapping around its edges."""
    columns, rows = (column % SIDE).astype(np.float32), (row % SIDE).astype(np.float32)
    return np.asarray(cv2.remap(field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def stretch(field: Array) -> Array:
    """Stretches the middle 98 % of a field's values to [0, 1] and clips peaks to 1.15."""
    low, high = np.percentile(field[::4, ::4], (1, 99))
    return np.asarray(np.clip((field - low) / (high - low), 0, 1.15), np.float32)
