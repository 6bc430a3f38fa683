"""Guidance distillation: the U-Net takes cfg_scale as an input and needs one call where guidance needs two.

The student keeps learning from the images; a frozen teacher only gives the direction of the guidance.
Sources: Tang and others, "Diffusion Models without Classifier-free Guidance" (arXiv 2502.12154), and Meng and
others, "On Distillation of Guided Diffusion Models" (arXiv 2210.03142). The input is that of latent
consistency models (arXiv 2310.04378), which samplers support.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.training.denoiser import Batch, DenoiserTask
from animator.training.networks import guidance_embedding

GUIDANCE_WIDTH = 64  # of the embedded cfg_scale
LARGEST_SCALE = 12.0  # cfg_scale is sampled from [1, 12]
_MEASURED_SCALE, _MEASURED = 4.0, 64
_RESCALED = 0.7  # weight of the rescaled guidance
_STREAM = 3


class DistillTask:
    """Training task of a student that takes cfg_scale, from a teacher with classifier-free guidance."""

    def __init__(self, denoising: DenoiserTask, teacher: nn.ModuleDict) -> None:
        """Initializes the task.

        Args:
            denoising: The student, whose U-Net takes cfg_scale, and the examples.
            teacher: `unet` and `text_encoder` without that input; frozen.
        """
        self.networks, self.compute = denoising.networks, denoising.compute
        self._denoising = denoising
        self._teacher = teacher.requires_grad_(requires_grad=False).eval()
        unet: Any = self.networks["unet"]
        self._width = int(unet.config["time_cond_proj_dim"])

    def loss(self, step: int) -> Tensor:
        """Returns the mean squared error () against the guided v, at scales of 1 to 12."""
        batch = self._denoising.batch(step)
        # Small scales are used more often, and large ones teach more: uniform in the square root.
        uniform = self.compute.rng(_STREAM, step).random(len(batch.clean))
        scales = (1 + (math.sqrt(LARGEST_SCALE) - 1) * torch.from_numpy(uniform).float()).square()
        scales[::2] = 1  # half of the examples are unguided and need no teacher
        scales = scales.to(batch.clean.device)
        target = self._denoising.target(batch)
        target[1::2] = self._guided_target(_select(batch, slice(1, None, 2)), scales[1::2], target[1::2])
        return self._error(self.networks, batch, scales, target)

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """Returns `held_out_<side>`, the error of v, and `guided_<side>`, that against the guided teacher."""
        result = {}
        for side in sorted({share.side for share in self._denoising.size_mix}):
            batch = self._denoising.held_out_batch(side, 0, _MEASURED)
            plain = torch.ones(len(batch.clean), device=batch.clean.device)
            error = self._error(networks, batch, plain, self._denoising.target(batch))
            guided = self._guided_target(batch, plain * _MEASURED_SCALE, None)
            result[f"held_out_{side}"] = float(error)
            result[f"guided_{side}"] = float(self._error(networks, batch, plain * _MEASURED_SCALE, guided))
        return result

    def _error(self, networks: nn.ModuleDict, batch: Batch, scales: Tensor, target: Tensor) -> Tensor:
        student = self._denoising.predict(networks, batch, guidance_embedding(scales, self._width))
        return nnf.mse_loss(student.float(), target)

    @torch.no_grad()
    def _guided_target(self, batch: Batch, scales: Tensor, truth: Tensor | None) -> Tensor:
        """Returns the guided v at a scale per example, from the true v or else the teacher's prediction."""
        empty = self._denoising.empty_tokens(len(batch.clean))
        both = Batch(
            torch.cat([batch.clean] * 2),
            torch.cat([batch.noise] * 2),
            torch.cat([batch.timesteps] * 2),
            torch.cat([empty, batch.tokens]),
        )
        unconditional, conditional = self._denoising.predict(self._teacher, both).float().chunk(2)
        guidance = (conditional - unconditional) * (scales[:, None, None, None] - 1)
        # Guidance raises the contrast too much; rescaling undoes most of it (arXiv 2305.08891, section 3.4).
        spread = conditional.std((1, 2, 3), keepdim=True)
        spread = spread / (conditional + guidance).std((1, 2, 3), keepdim=True)
        velocity = conditional if truth is None else truth
        return (velocity + guidance) * (_RESCALED * spread + (1 - _RESCALED))


def _select(batch: Batch, part: slice) -> Batch:
    return Batch(batch.clean[part], batch.noise[part], batch.timesteps[part], batch.tokens[part])
