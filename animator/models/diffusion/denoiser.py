"""`Denoiser`: the U-Net as samplers call it, from noised latent and sigma to denoised latent."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.controlnet.residuals import BLOCKS, Guide, unet_kwargs
from animator.models.diffusion.controlnet.steering import STEERED, Steer, steer_by_nothing
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.hold import Hold
from animator.models.diffusion.ip_adapter.adapters import Embedded
from animator.models.diffusion.ip_adapter.attention import Show, show_nothing
from animator.models.diffusion.reference import Refer, Reference, refer_to_nothing
from animator.models.diffusion.samplers.sigmas import NoiseSchedule, step_of
from animator.models.diffusion.speed import do_nothing

ALL_ROWS = slice(0, None)
_PROMPTS, _REFERENCES = "image_prompts", "references"
"""Names, among the U-Net's arguments, of what it does not take: what it attends to besides the text."""


@dataclass(frozen=True, eq=False)
class Inpaint:
    """Mask and latent of an inpainting.

    Attributes:
        mask: (1, 1, h, w): 1 where the image is regenerated, 0 where the original is kept.
        original: Latent of the original image (1, C, h, w).
        extra: Additional input channels of an inpainting checkpoint (1, C + 1, h, w); None for others.
    """

    mask: Tensor
    original: Tensor
    extra: Tensor | None


@dataclass(frozen=True, eq=False)
class Denoiser:
    """The U-Net with everything that is fixed during one generation; computes in float32 around the U-Net.

    Attributes:
        unet: diffusers' U-Net.
        noise_schedule: The model's noise schedule.
        prediction: Prediction type of the U-Net: "epsilon", "v_prediction" or "sample".
        guidance: One for all steps, or one per step.
        sigmas: Sigmas of the generation; they tell which step a sigma belongs to.
        sizes: SDXL's time ids (1, 6), or those of its refiner (1, 5); None for other families.
        negative_sizes: Other time ids for the negative prompt, as the refiner has them; None for the same.
        scale_embedding: Embedding of cfg_scale (1, width) for guidance-distilled models; None for others.
        inpaint: Mask and original; None regenerates the whole image.
        edited: Additional input channels of an InstructPix2Pix checkpoint (1, C, h, w): the latent of the
            image to edit. None for others.
        rows_at_once: Batch size of a U-Net call, in prompts; a smaller one needs less memory.
        before_call: Called before every call of the U-Net.
        guides: The ControlNets that guide it.
        image_prompts: Images that it attends to.
        show: Shows them to the U-Net.
        references: Images whose features it attends to.
        steer: Sets what it is steered by.
        refer: Has the U-Net read them before a call.
        hold: Holds parts of the image back at the first steps; None denoises all of it at every step.
    """

    unet: Any
    noise_schedule: NoiseSchedule
    prediction: str
    guidance: Sequence[Guidance]
    sigmas: Sequence[float]
    sizes: Tensor | None = None
    scale_embedding: Tensor | None = None
    inpaint: Inpaint | None = None
    rows_at_once: int = 64
    before_call: Callable[[], None] = do_nothing
    guides: Sequence[Guide] = ()
    image_prompts: Sequence[Embedded] = ()
    show: Show = show_nothing
    references: Sequence[Reference] = ()
    refer: Refer = refer_to_nothing
    steer: Steer = steer_by_nothing
    negative_sizes: Tensor | None = None
    edited: Tensor | None = None
    hold: Hold | None = None

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w) that the model estimates from x (1, C, h, w)."""
        rows = self._guidance(sigma).rows
        outputs = [
            self.run(self.inputs(x, sigma, slice(first, first + self.rows_at_once)))
            for first in range(0, rows, self.rows_at_once)
        ]
        return self.finish(x, outputs[0] if len(outputs) == 1 else torch.cat(outputs), sigma)

    def inputs(self, x: Tensor, sigma: float, rows: slice = ALL_ROWS) -> dict[str, Any]:
        """Returns the U-Net's keyword arguments for a latent, and the images that it attends to.

        Args:
            x: The noised latent (1, C, h, w).
            sigma: Its sigma.
            rows: Prompts of the step's guidance that are evaluated.
        """
        guidance = self._guidance(sigma)
        scaled = (x * (1 / math.sqrt(sigma**2 + 1))).to(guidance.context.dtype)
        context = guidance.context[rows]
        count = context.shape[0]
        is_negative_first = guidance.scale is not None and rows.start == 0
        added_cond = None
        if guidance.pooled is not None and self.sizes is not None:
            time_ids = self.sizes.expand(count, -1)
            if self.negative_sizes is not None and is_negative_first:
                time_ids = torch.cat([self.negative_sizes, time_ids[1:]])
            added_cond = {"text_embeds": guidance.pooled[rows], "time_ids": time_ids}
        # Created on the device: a copy from the CPU would synchronize with it.
        timestep = torch.full(
            (count,), self.noise_schedule.timestep(sigma), device=scaled.device, dtype=torch.float32
        )
        inputs: dict[str, Any] = {
            "sample": scaled.expand(count, -1, -1, -1),
            "timestep": timestep,
            "encoder_hidden_states": context,
            "added_cond_kwargs": added_cond,
        }
        progress = step_of(self.sigmas, sigma) / (len(self.sigmas) - 1)
        residuals = unet_kwargs(self.guides, inputs, progress, is_negative_first=is_negative_first)
        extra = self._extra(sigma)
        if extra is not None:
            inputs["sample"] = torch.cat([scaled, extra], dim=1).expand(count, -1, -1, -1)
        if self.edited is not None:
            edited = self.edited.to(scaled.dtype) * guidance.sees_image(rows, scaled)
            inputs["sample"] = torch.cat([inputs["sample"], edited], dim=1)
        scale_embedding = None if self.scale_embedding is None else self.scale_embedding.expand(count, -1)
        is_negative = guidance.is_negative[rows]
        prompts = tuple(prompt.for_rows(is_negative, progress) for prompt in self.image_prompts)
        references = tuple(one.for_rows(is_negative, progress, sigma) for one in self.references)
        seen = {_PROMPTS: prompts, _REFERENCES: references}
        return {**inputs, **residuals, "timestep_cond": scale_embedding, **seen}

    def run(self, inputs: Mapping[str, Any]) -> Tensor:
        """Returns the U-Net's output (rows, C, h, w), float32, for what `inputs` returned."""
        self.before_call()
        given = dict(inputs)
        names = [name for name in given if name.startswith(STEERED)]
        self.steer({name.removeprefix(STEERED): given.pop(name) for name in names})
        self.show(given.pop(_PROMPTS))
        references = given.pop(_REFERENCES)
        self.refer(given, references)
        if BLOCKS in given:
            given[BLOCKS] = list(given[BLOCKS])  # of which the U-Net takes one after the other
        output = self.unet(**given, return_dict=False)[0]
        # A copy: a CUDA graph writes its next output to the same memory.
        return torch.as_tensor(output).to(torch.float32, copy=True)

    def finish(self, x: Tensor, outputs: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w) of the U-Net's outputs for all rows."""
        denoised = self._to_denoised(x, self._guidance(sigma).combine(outputs), sigma)
        if self.inpaint is not None:
            denoised = self.inpaint.original.lerp(denoised, self.inpaint.mask)
        return denoised if self.hold is None else self.hold.apply(denoised, self._steps_left(sigma))

    def _extra(self, sigma: float) -> Tensor | None:
        """Returns the additional input channels of an inpainting checkpoint; None for others."""
        extra = None if self.inpaint is None else self.inpaint.extra
        return extra if self.hold is None else self.hold.extra_at(self._steps_left(sigma), extra)

    def _steps_left(self, sigma: float) -> int:
        return len(self.sigmas) - 1 - step_of(self.sigmas, sigma)

    def _guidance(self, sigma: float) -> Guidance:
        """Returns the guidance of the step that a sigma belongs to."""
        return self.guidance[min(step_of(self.sigmas, sigma), len(self.guidance) - 1)]

    def _to_denoised(self, x: Tensor, output: Tensor, sigma: float) -> Tensor:
        if self.prediction == "epsilon":
            return torch.sub(x, output, alpha=sigma)
        if self.prediction == "v_prediction":
            return x / (sigma**2 + 1) - output * (sigma / math.sqrt(sigma**2 + 1))
        return output
