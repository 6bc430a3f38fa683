"""The U-Net as what solvers want: a noised latent and its noise level in, the clean latent out."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.controlnet.residuals import ControlNetGuide, unet_kwargs
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.samplers.sigmas import NoiseSchedule
from animator.models.diffusion.speed import nothing


@dataclass(frozen=True, eq=False)
class Inpaint:
    """What stays as it is.

    Attributes:
        mask: Where is drawn anew (1, 1, h, w): 1 there, 0 where the original stays.
        original: The latent that stays (1, C, h, w).
        extra: What an inpainting checkpoint reads beside the latent (1, C + 1, h, w); None for others.
    """

    mask: Tensor
    original: Tensor
    extra: Tensor | None


@dataclass(frozen=True, eq=False)
class Denoiser:
    """One drawing's view of the U-Net. All arithmetic but the U-Net's own is in single precision.

    Attributes:
        unet: diffusers' U-Net.
        table: The model's noise sigmas.
        prediction: What the U-Net gives: "epsilon", "v_prediction" or "sample".
        guidance: One for all steps, or one per step.
        sigmas: The drawing's noise sigmas, which say which step a level belongs to.
        sizes: SDXL's six numbers about the image's size (1, 6); None for other families.
        scale_embedding: cfg_scale as an input (1, width) of distilled models; None for others.
        inpaint: What stays; None draws everywhere.
        rows_at_once: How many prompts one call of the U-Net takes; fewer need less memory.
        before_call: Called before every call of the U-Net.
        guides: The ControlNets that guide it.
    """

    unet: Any
    table: NoiseSchedule
    prediction: str
    guidance: Sequence[Guidance]
    sigmas: Sequence[float]
    sizes: Tensor | None = None
    scale_embedding: Tensor | None = None
    inpaint: Inpaint | None = None
    rows_at_once: int = 64
    before_call: Callable[[], None] = nothing
    guides: Sequence[ControlNetGuide] = ()

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """The clean latent (1, C, h, w) that the model sees in x (1, C, h, w) of noise level sigma."""
        guidance = self.guidance[min(self._step(sigma), len(self.guidance) - 1)]
        scale = 1 / math.sqrt(sigma**2 + 1)
        answers = self._ask(x * scale, sigma, guidance)
        clean = self._clean(x, guidance.combined(answers), sigma)
        if self.inpaint is not None:
            clean = self.inpaint.original.lerp(clean, self.inpaint.mask)
        return clean

    def _clean(self, x: Tensor, answer: Tensor, sigma: float) -> Tensor:
        if self.prediction == "epsilon":
            return torch.sub(x, answer, alpha=sigma)
        if self.prediction == "v_prediction":
            return x / (sigma**2 + 1) - answer * (sigma / math.sqrt(sigma**2 + 1))
        return answer

    def _ask(self, scaled: Tensor, sigma: float, guidance: Guidance) -> Tensor:
        scaled = scaled.to(guidance.context.dtype)
        answers = [
            self._call(scaled, sigma, guidance, slice(first, first + self.rows_at_once))
            for first in range(0, guidance.rows, self.rows_at_once)
        ]
        return answers[0] if len(answers) == 1 else torch.cat(answers)

    def _call(self, scaled: Tensor, sigma: float, guidance: Guidance, rows: slice) -> Tensor:
        context = guidance.context[rows]
        count = context.shape[0]
        added = None
        if guidance.pooled is not None and self.sizes is not None:
            added = {"text_embeds": guidance.pooled[rows], "time_ids": self.sizes.expand(count, -1)}
        # Filled on the device: a copy from the CPU would wait for it.
        timestep = torch.full((count,), self.table.timestep(sigma), device=scaled.device, dtype=torch.float32)
        asked = {
            "sample": scaled.expand(count, -1, -1, -1),
            "timestep": timestep,
            "encoder_hidden_states": context,
            "added_cond_kwargs": added,
        }
        is_negative_first = guidance.scale is not None and rows.start == 0
        share = self._step(sigma) / (len(self.sigmas) - 1)
        hinted = unet_kwargs(self.guides, asked, share, is_negative_first=is_negative_first)
        if self.inpaint is not None and self.inpaint.extra is not None:
            asked["sample"] = torch.cat([scaled, self.inpaint.extra], dim=1).expand(count, -1, -1, -1)
        self.before_call()
        answer = self.unet(
            **asked,
            **hinted,
            timestep_cond=None if self.scale_embedding is None else self.scale_embedding.expand(count, -1),
            return_dict=False,
        )[0]
        # A copy: a CUDA graph writes its next answer to the same place.
        return torch.as_tensor(answer).to(torch.float32, copy=True)

    def _step(self, sigma: float) -> int:
        """The step that a level belongs to; a midpoint belongs to the step that began above it."""
        begun = bisect_left([-level for level in self.sigmas], -sigma + 1e-9)
        return min(max(begun - 1, 0), len(self.sigmas) - 2)
