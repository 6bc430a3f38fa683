"""Guidance distillation: the U-Net takes cfg_scale as an input and answers in one call as guidance in two.

The student goes on learning from the images; a teacher, which stays as it is, says only which way guidance
leads. Sources: Tang and others, "Diffusion Models without Classifier-free Guidance" (arXiv 2502.12154), and
Meng and others, "On Distillation of Guided Diffusion Models" (arXiv 2210.03142). The input is that of latent
consistency models (arXiv 2310.04378), which samplers know.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.training.denoiser import Batch, DenoiserTask
from animator.training.networks import embedded

GUIDANCE_WIDTH = 64  # of the input
LARGEST_SCALE = 12.0  # of the cfg_scale that is learnt
_MEASURED_SCALE, _MEASURED = 4.0, 64
_RESCALED = 0.7
_STREAM = 3


class DistillTask:
    """A student that takes the scale, taught by a teacher that is guided."""

    def __init__(self, denoising: DenoiserTask, teacher: nn.ModuleDict) -> None:
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
        """Mean squared error against v led away from the empty prompt, at scales of 1 to 12."""
        batch = self._denoising.batch(step)
        # Small scales are used more often, and large ones teach more: even in the square root.
        even = self.compute.chance(_STREAM, step).random(len(batch.clean))
        scales = (1 + (math.sqrt(LARGEST_SCALE) - 1) * torch.from_numpy(even).float()).square()
        scales[::2] = 1  # half of the examples are not guided: they need no teacher
        scales = scales.to(batch.clean.device)
        target = self._denoising.target(batch)
        target[1::2] = self._guided(_part(batch, slice(1, None, 2)), scales[1::2], target[1::2])
        return self._error(self.networks, batch, scales, target)

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """`held_out_<side>`, the error of v, and `guided_<side>`, the error against the guided teacher."""
        result = {}
        for side in sorted({portion.side for portion in self._denoising.size_mix}):
            batch = self._denoising.held_out_batch(side, 0, _MEASURED)
            plain = torch.ones(len(batch.clean), device=batch.clean.device)
            error = self._error(networks, batch, plain, self._denoising.target(batch))
            guided = self._guided(batch, plain * _MEASURED_SCALE, None)
            result[f"held_out_{side}"] = float(error)
            result[f"guided_{side}"] = float(self._error(networks, batch, plain * _MEASURED_SCALE, guided))
        return result

    def _error(self, networks: nn.ModuleDict, batch: Batch, scales: Tensor, target: Tensor) -> Tensor:
        student = self._denoising.predicted(networks, batch, embedded(scales, self._width))
        return nnf.mse_loss(student.float(), target)

    @torch.no_grad()
    def _guided(self, batch: Batch, scales: Tensor, truth: Tensor | None) -> Tensor:
        """The truth, or what the teacher takes for it, led away from the empty prompt at a scale each."""
        empty = self._denoising.empty_tokens(len(batch.clean))
        both = Batch(
            torch.cat([batch.clean] * 2),
            torch.cat([batch.noise] * 2),
            torch.cat([batch.timesteps] * 2),
            torch.cat([empty, batch.tokens]),
        )
        away, toward = self._denoising.predicted(self._teacher, both).float().chunk(2)
        lead = (toward - away) * (scales[:, None, None, None] - 1)
        # Guidance makes contrast too strong; most of that is taken back (arXiv 2305.08891, section 3.4).
        spread = toward.std((1, 2, 3), keepdim=True) / (toward + lead).std((1, 2, 3), keepdim=True)
        return ((toward if truth is None else truth) + lead) * (_RESCALED * spread + (1 - _RESCALED))


def _part(batch: Batch, which: slice) -> Batch:
    return Batch(batch.clean[which], batch.noise[which], batch.timesteps[which], batch.tokens[which])
