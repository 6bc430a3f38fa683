"""Guidance distillation: the U-Net takes cfg_scale as an input and answers in one call as guidance in two.

Source: Meng and others, "On Distillation of Guided Diffusion Models" (arXiv 2210.03142); the input is that of
latent consistency models (arXiv 2310.04378), which samplers know.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.starter.training.denoising import Batch, Denoising

GUIDANCE_WIDTH = 64  # of the input
LARGEST_SCALE = 12.0  # of the cfg_scale that is learnt
_MEASURED_SCALE = 4.0
_RESCALED = 0.7
_STREAM = 3


class Distilling:
    """A student that takes the scale, taught by a teacher that is guided."""

    def __init__(self, denoising: Denoising, teacher: nn.ModuleDict) -> None:
        """The task.

        Args:
            denoising: Holds the student, whose U-Net takes cfg_scale, and the examples.
            teacher: `unet` and `text_encoder` without that input; stays as it is.
        """
        self.networks, self.compute = denoising.networks, denoising.compute
        self._denoising = denoising
        self._teacher = teacher.requires_grad_(requires_grad=False).eval()
        unet: Any = self.networks["unet"]
        self._width = int(unet.config["time_cond_proj_dim"])

    def loss(self, step: int) -> Tensor:
        """Mean squared error against the guided teacher, at scales of 1 to 12."""
        batch = self._denoising.batch(step)
        # Small scales are used more often, and large ones teach more: even in the square root.
        even = torch.from_numpy(self.compute.chance(_STREAM, step).random(len(batch.clean))).float()
        scales = (1 + (math.sqrt(LARGEST_SCALE) - 1) * even).square().to(batch.clean.device)
        return self._error(self.networks, batch, scales)

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """`guided_<side>`: the error against the teacher guided by 4 on held-out latents."""
        sides = sorted({portion.side for portion in self._denoising.diet})
        result = {}
        for side in sides:
            batch = self._denoising.held_out_batch(side, 0, 32)
            scales = torch.full((len(batch.clean),), _MEASURED_SCALE, device=batch.clean.device)
            result[f"guided_{side}"] = float(self._error(networks, batch, scales))
        return result

    def _error(self, networks: nn.ModuleDict, batch: Batch, scales: Tensor) -> Tensor:
        student = self._denoising.predicted(networks, batch, embedded(scales, self._width))
        return nnf.mse_loss(student.float(), self._guided(batch, scales))

    @torch.no_grad()
    def _guided(self, batch: Batch, scales: Tensor) -> Tensor:
        """What the teacher says at a scale each: away from the empty prompt."""
        empty = self._denoising.empty_tokens(len(batch.clean))
        both = Batch(
            torch.cat([batch.clean] * 2),
            torch.cat([batch.noise] * 2),
            torch.cat([batch.timesteps] * 2),
            torch.cat([empty, batch.tokens]),
        )
        away, toward = self._denoising.predicted(self._teacher, both).float().chunk(2)
        guided = away + (toward - away) * scales[:, None, None, None]
        # Guidance makes contrast too strong; most of that is taken back (arXiv 2305.08891, section 3.4).
        spread = toward.std((1, 2, 3), keepdim=True) / guided.std((1, 2, 3), keepdim=True)
        return guided * (_RESCALED * spread + (1 - _RESCALED))


def embedded(scales: Tensor, width: int) -> Tensor:
    """cfg_scale as waves (N, width), as samplers give it to models that take it."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=scales.device) * (-math.log(10_000) / (half - 1)))
    waves = (scales[:, None] - 1) * 1000 * rates
    return torch.cat([waves.sin(), waves.cos()], -1)
