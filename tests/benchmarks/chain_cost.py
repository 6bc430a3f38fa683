"""What image operations and whole chains cost against the straightforward way, pair by pair in one run.

    python -m tests.benchmarks.chain_cost [--sizes 512,1024] [--rounds 9]

CPU milliseconds on one thread, medians; the two sides take turns, since the load of a machine changes. The
straightforward way is OpenCV, scikit-image (which must be installed) and eager PyTorch. OpenCV 5 warps float
images as exactly as we do; before, it rounds positions to 1/32 of a pixel, and PyTorch warps ours. OpenCV's
8-bit warps round colors and are not compared. `test_colors.py`
holds the matching of colors against OpenCV's own conversions.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from animator.images.color import Coherence, contrast, match_palette, palette_of
from animator.images.resample import Border
from animator.images.sharpen import Sharpen, sharpen
from tests.benchmarks import straightforward as plain
from tests.benchmarks.sizes import sizes_and_rounds
from tests.benchmarks.test_images import MOVE, OURS, PLAIN, Bench, bench
from tests.warps import warp2d

Prepare = Callable[[Bench], Callable[[], Any]]


def main() -> None:
    """Prints a table: ours, the straightforward way, and how many times as fast ours is."""
    sizes, rounds = sizes_and_rounds(__doc__, 9)
    for size in sizes:
        images = bench(size)
        for name, (ours, theirs) in _pairs().items():
            own, other = _compare(ours(images), theirs(images), rounds)
            sys.stdout.write(f"{size:5}  {name:26}{own:9.2f}{other:9.2f}  {other / own:6.2f}x\n")
            sys.stdout.flush()


def _pairs() -> dict[str, tuple[Prepare, Prepare]]:
    pairs: dict[str, tuple[Prepare, Prepare]] = {name: (OURS[name], PLAIN[name]) for name in PLAIN}
    pairs["chain 2d without noise"] = (_quiet_chain, _plain_quiet_chain)
    return pairs


def _compare(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Returns the medians of both, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for call, kept in zip((ours, theirs), times, strict=True):
            start = time.process_time()
            call()
            kept.append((time.process_time() - start) * 1e3)
    own, other = (statistics.median(kept[1:]) for kept in times)
    return own, other


def _quiet_chain(b: Bench) -> Callable[[], Tensor]:
    palette = palette_of(b.reference, Coherence.LAB)

    def run() -> Tensor:
        warped = warp2d(b.image, MOVE, Border.REPLICATE)
        return sharpen(contrast(match_palette(warped, palette), 1.02), Sharpen())

    return run


def _plain_quiet_chain(b: Bench) -> Callable[[], Tensor]:
    reference = plain.to_array(b.reference)

    def run() -> Tensor:
        array = plain.match_color(plain.warp2d(plain.to_array(b.image), b.matrix), reference, "LAB")
        return plain.to_image(plain.sharpen(np.clip(array * 1.02, 0, 1), 0.1))

    return run


if __name__ == "__main__":
    main()
