"""A sampler: Euler's method in two halves of a step."""

import itertools
import math
from typing import TYPE_CHECKING

from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler, Sigmas, sampler

if TYPE_CHECKING:
    from torch import Tensor


@sampler("Euler halves", calls_per_step=2)
def euler_halves(denoise: Denoise, x: "Tensor", levels: Sigmas, noise: NoiseSampler) -> "Tensor":
    """Euler's method, twice as fine; a step to 0 is one."""
    for start, stop in itertools.pairwise(levels):
        middle = math.sqrt(start * stop)
        for before, after in ((start, middle), (middle, stop)) if stop > 0 else ((start, stop),):
            denoised = denoise(x, before)
            x = denoised + (x - denoised) * (after / before)
    return x
