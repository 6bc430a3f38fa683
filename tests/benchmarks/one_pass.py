"""What contrast, sharpening and noise would cost in one pass over the image, against ours, one after another.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.one_pass [--sizes 512,1024] [--rounds 15]

CPU milliseconds on one thread, medians; both take turns. The one pass goes band by band: a band and the rows
around it get contrast, are blurred, sharpened and blended with noise before the next band is read, in buffers
that are reused. It writes the image once, but calls each operation once for each band and plane.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import cv2
import numpy as np
import torch
from torch import Tensor

from animator.images.color import contrast
from animator.images.noise import Perlin, perlin_field, perlin_noise, white
from animator.images.sharpen import Sharpen, gaussian_weights, sharpen
from tests.benchmarks.sizes import sizes_and_rounds
from tests.benchmarks.test_images import bench, generator

FACTOR, HOW, AMOUNT = 1.02, Sharpen(), 0.065
BAND_ROWS = (32, 64, 128, 256)


def one_by_one(image: Tensor) -> Tensor:
    """Returns the image (3, H, W) with contrast, then sharpened, then with noise, as a film's steps do it."""
    return perlin_noise(sharpen(contrast(image, FACTOR), HOW), AMOUNT, Perlin(), generator())


def in_one_pass(image: Tensor, rows: int) -> Tensor:
    """Returns the same image, made in bands of some rows."""
    height, width = image.shape[1:]
    numbers, kernel = generator(), np.array(gaussian_weights(HOW.width, HOW.sigma), np.float32)
    noise = white(height, width, numbers).unbind(0)[::-1]
    strength = perlin_field(Perlin(), height, width, numbers, image.device).add_(1.0).mul_(0.25)
    result, reach = torch.empty_like(image), HOW.width // 2
    for plane, drawn, out in zip(image, noise, result, strict=True):
        for first in range(0, height, rows):
            last, top = min(first + rows, height), max(first - reach, 0)
            scaled = (plane[top : last + reach] * FACTOR).clamp_(0.0, 1.0)
            blurred = torch.from_numpy(
                cv2.sepFilter2D(scaled.numpy(), cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)
            )
            own = slice(first - top, last - top)
            sharp = torch.lerp(scaled[own], blurred[own], -HOW.amount, out=blurred[own]).clamp_(0.0, 1.0)
            wanted = drawn[first:last].mul_(strength[first:last]).add_(0.5).clamp_(0.0, 1.0)
            torch.lerp(sharp, wanted, AMOUNT, out=out[first:last]).clamp_(0.0, 1.0)
    return result


def main() -> None:
    """Prints, for each size and height of a band: ours, the one pass, and how many times as fast ours is."""
    sizes, rounds = sizes_and_rounds(__doc__, 15)
    for size in sizes:
        image = bench(size).image
        for rows in BAND_ROWS:
            torch.testing.assert_close(in_one_pass(image, rows), one_by_one(image), atol=1e-6, rtol=0)
            ways = (lambda: one_by_one(image)), (lambda: in_one_pass(image, rows))  # noqa: B023 called here
            pairs = [tuple(map(_cpu_ms, ways)) for _ in range(rounds)]
            ours, fused = (median(side) for side in zip(*pairs, strict=True))
            ratio = median(other / own for own, other in pairs)
            sys.stdout.write(f"{size:5}  bands of {rows:3} rows{ours:9.2f}{fused:9.2f}  {ratio:6.2f}x\n")


def _cpu_ms(function: Callable[[], Tensor]) -> float:
    start = time.thread_time()
    function()
    return (time.thread_time() - start) * 1e3


if __name__ == "__main__":
    main()
