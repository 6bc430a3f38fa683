"""Cost of color matching against the usual libraries, in one run.

    OMP_NUM_THREADS=1 pytest tests/benchmarks/test_colors.py -m benchmark_suite -n 0 -s

Both sides run in turns in the same process on one thread; CPU time is compared, by the median of the ratios.
Deforum's own way is OpenCV's conversions of 8 bits and scikit-image's histograms; the usual way in floats is
the same on floats. It includes no conversion from or to our tensors; ours does.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from animator.images.color import Coherence, match_palette, palette_of
from animator.images.deforum.color import histogram_of, match_histogram
from animator.images.image import Image8, to_uint8

from . import straightforward as plain
from .test_images import bench

pytestmark = pytest.mark.benchmark_suite
ROUNDS = {512: 15, 1024: 7}
SIZES = pytest.mark.parametrize("size", list(ROUNDS))
SPACES = pytest.mark.parametrize("space", [Coherence.LAB, Coherence.HSV, Coherence.RGB])
CODES = {
    Coherence.LAB: (cv2.COLOR_RGB2LAB, cv2.COLOR_LAB2RGB),
    Coherence.HSV: (cv2.COLOR_RGB2HSV, cv2.COLOR_HSV2RGB),
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def match_by_opencv(pixels: Any, reference: Any, space: Coherence) -> Any:
    """Matches (H, W, 3), uint8 or float32, by OpenCV's conversions and scikit-image's histograms."""
    from skimage.exposure import match_histograms

    if space is Coherence.RGB:
        return match_histograms(pixels, reference, channel_axis=-1).astype(pixels.dtype)
    there, back = CODES[space]
    converted = (cv2.cvtColor(array, there) for array in (pixels, reference))
    return cv2.cvtColor(match_histograms(*converted, channel_axis=-1).astype(pixels.dtype), back)


def bgr8(image: torch.Tensor) -> Image8:
    """Deforum has BGR where RGB is expected."""
    return np.ascontiguousarray(to_uint8(image)[..., ::-1])


def cpu_ms(function: Callable[[], Any]) -> float:
    start = time.thread_time()
    function()
    return (time.thread_time() - start) * 1e3


def compare(name: str, size: int, ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    """Prints the medians of interleaved pairs, and the median of theirs over ours."""
    for warm_up in (ours, theirs):
        warm_up()
    pairs = [(cpu_ms(ours), cpu_ms(theirs)) for _ in range(ROUNDS[size])]
    ratio = median(there / here for here, there in pairs)
    here, there = (median(side) for side in zip(*pairs, strict=True))
    sys.stdout.write(f"\n{name} {size}: ours {here:.1f} ms, theirs {there:.1f} ms, ratio {ratio:.2f}\n")


@SIZES
@SPACES
def test_deforums_match(space: Coherence, size: int) -> None:
    pytest.importorskip("skimage")
    b = bench(size)
    wanted, image, reference = histogram_of(b.reference, space), bgr8(b.image), bgr8(b.reference)
    matched = match_by_opencv(image, reference, space)
    np.testing.assert_array_equal(bgr8(match_histogram(b.image, wanted)), matched)
    compare(
        f"compat {space.value}",
        size,
        ours=lambda: match_histogram(b.image, wanted),
        theirs=lambda: match_by_opencv(image, reference, space),
    )


@SIZES
@SPACES
@pytest.mark.parametrize("bits", [8, 32])
def test_our_match(space: Coherence, size: int, bits: int) -> None:
    pytest.importorskip("skimage")
    b = bench(size)
    palette = palette_of(b.reference, space)
    to_array = to_uint8 if bits == 8 else plain.to_array
    image, reference = to_array(b.image), to_array(b.reference)
    compare(
        f"own {space.value} against {bits} bits",
        size,
        ours=lambda: match_palette(b.image, palette),
        theirs=lambda: match_by_opencv(image, reference, space),
    )


@SIZES
def test_eight_bits(size: int) -> None:
    image = bench(size).image
    compare(
        "to 8 bits",
        size,
        ours=lambda: to_uint8(image),
        theirs=lambda: np.rint(image.permute(1, 2, 0).numpy().clip(0, 1) * 255).astype(np.uint8),
    )
