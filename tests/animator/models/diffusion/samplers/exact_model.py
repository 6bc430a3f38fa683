"""A model whose denoised latents are known, and the noise to sample it from."""

import numpy as np
import torch
from torch import Tensor

from animator.models.diffusion.samplers.sampler import NoiseSampler
from animator.models.diffusion.samplers.sigmas import NoiseSchedule

TABLE = NoiseSchedule.of(np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2))
SHAPE = (1, 4, 8, 8)


def two_points(x: Tensor, sigma: float) -> Tensor:
    """The clean latent for data that is -1 or 1 with even odds: curved, and exact."""
    return torch.tanh(x / sigma**2)


def normal(seed: int = 0) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fresh(seed: int = 1, eta: float = 1.0) -> NoiseSampler:
    generator = torch.Generator().manual_seed(seed)
    return NoiseSampler(lambda: torch.randn(SHAPE, generator=generator, dtype=torch.float64), eta)
