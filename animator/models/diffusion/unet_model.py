"""`UNetModel`: the components of a checkpoint with a U-Net (Stable Diffusion 1, 2, XL), from its pipeline."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from animator.errors import ModelError
from animator.images.side_stream import to_device
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.find import STARTER
from animator.models.diffusion.checkpoints.identify import share_latents
from animator.models.diffusion.prompts.encode import TextEncoder, TextEncoders
from animator.models.diffusion.samplers.sigmas import NoiseSchedule

PIXELS = 8
"""Images are padded to multiples of this, the size of a latent pixel."""

HIGH_SCORE, LOW_SCORE = 6.0, 2.5
"""Aesthetic scores that the refiner is asked for, and those of the negative prompt."""
OPEN_CLIP_WIDTH = 1024  # hidden size of Stable Diffusion 2's text encoder


@dataclass(frozen=True, eq=False)
class UNetModel:
    """A loaded checkpoint of a family with a U-Net.

    Attributes:
        name: Name in the preset.
        family: "sd1", "sd2", "sdxl" or "sdxl-refiner".
        unet: diffusers' U-Net.
        autoencoder: Its VAE.
        encoders: Its text encoders.
        noise_schedule: The noise schedule it was trained with.
        prediction: Prediction type of the U-Net: "epsilon", "v_prediction" or "sample".
        schedule_type: Schedule type for samplers that name none; empty for the default.
    """

    name: str
    family: str
    unet: Any
    autoencoder: Autoencoder
    encoders: TextEncoders
    noise_schedule: NoiseSchedule
    prediction: str
    schedule_type: str

    @classmethod
    def of(cls, name: str, pipeline: Any) -> "UNetModel":
        """Returns the model in a diffusers pipeline.

        Raises:
            ModelError: The pipeline has no U-Net, or another component is missing.
        """
        is_refiner = _is_refiner(pipeline)
        text = ("text_encoder_2", "tokenizer_2") if is_refiner else ("text_encoder", "tokenizer")
        missing = [part for part in ("unet", "vae", *text) if getattr(pipeline, part, None) is None]
        if missing:
            raise ModelError(
                f"model {name}: {type(pipeline).__name__} without {', '.join(missing)} cannot generate images"
            )
        scheduler, family = pipeline.scheduler, _family(pipeline)
        return cls(
            name=name,
            family=family,
            unet=pipeline.unet,
            autoencoder=Autoencoder(pipeline.vae, PIXELS),
            encoders=_encoders(pipeline),
            noise_schedule=_noise_schedule(scheduler, family),
            prediction=scheduler.config.get("prediction_type", "epsilon"),
            schedule_type="Trailing" if scheduler.config.get("timestep_spacing") == "trailing" else "",
        )

    @property
    def is_inpainting(self) -> bool:
        """True if the U-Net takes a mask and the masked image as additional channels."""
        return bool(self.unet.config.in_channels == 2 * self.autoencoder.channels + 1)

    @property
    def latents(self) -> str:
        """Whose latents it has: its family's, or those of the built-in model."""
        return STARTER if self.name == STARTER else self.family

    def shares_latents(self, other: "UNetModel") -> bool:
        """Returns True if another model's latents mean the same: those of its base, or of a near one."""
        scales = {model.autoencoder.model.config.get("scaling_factor") for model in (self, other)}
        return share_latents(self.family, other.family) and len(scales) == 1

    @property
    def is_editing(self) -> bool:
        """True if the U-Net takes the image to edit as additional channels (InstructPix2Pix)."""
        return bool(self.unet.config.in_channels == 2 * self.autoencoder.channels)

    @property
    def is_guidance_distilled(self) -> bool:
        """True if the U-Net takes cfg_scale as an input (LCM) and needs no negative prompt."""
        return self.unet.config.get("time_cond_proj_dim") is not None

    def scale_embedding(self, scale: float, device: torch.device, dtype: torch.dtype) -> torch.Tensor | None:
        """Returns the embedding of cfg_scale (1, width) (Luo et al. 2023); None unless guidance-distilled."""
        if not self.is_guidance_distilled:
            return None
        half = self.unet.config["time_cond_proj_dim"] // 2
        waves = (scale - 1) * 1000 * torch.exp(torch.arange(half) * (-math.log(10_000) / (half - 1)))
        return to_device(torch.cat([waves.sin(), waves.cos()])[None].to(dtype), device)

    @property
    def parts(self) -> dict[str, Any]:
        """The modules by diffusers' component names."""
        encoders = {
            f"text_encoder{'' if index == 0 else f'_{index + 1}'}": encoder.model
            for index, encoder in enumerate(self.encoders.encoders)
        }
        return {"unet": self.unet, "vae": self.autoencoder.model, **encoders}

    def sizes(
        self,
        size: tuple[int, int],
        device: torch.device,
        dtype: torch.dtype,
        *,
        is_negative: bool = False,
    ) -> torch.Tensor | None:
        """Returns the time ids for an image of this width and height; None for families without.

        SDXL has six: size, cropping, and size again; its refiner has an aesthetic score in place of the last
        two, which is low for the negative prompt (Podell et al. 2023).
        """
        width, height = size
        last: tuple[float, ...] = (height, width)
        if self.family == "sdxl-refiner":
            last = (LOW_SCORE if is_negative else HIGH_SCORE,)
        elif self.family != "sdxl":
            return None
        # Created on the CPU and copied: creating it on the device from Python numbers would synchronize.
        return to_device(torch.tensor([[height, width, 0, 0, *last]]).to(dtype), device)


def _is_refiner(pipeline: Any) -> bool:
    """Returns True for SDXL's refiner, which has the second of SDXL's text encoders only."""
    first, second = (getattr(pipeline, name, None) for name in ("text_encoder", "text_encoder_2"))
    return first is None and second is not None


def _family(pipeline: Any) -> str:
    if _is_refiner(pipeline):
        return "sdxl-refiner"
    if getattr(pipeline, "text_encoder_2", None) is not None:
        return "sdxl"
    return "sd2" if pipeline.text_encoder.config.hidden_size == OPEN_CLIP_WIDTH else "sd1"


def _encoders(pipeline: Any) -> TextEncoders:
    if getattr(pipeline, "text_encoder_2", None) is None:
        first = TextEncoder(pipeline.tokenizer, pipeline.text_encoder, skips=1, is_normed=True)
        return TextEncoders((first,), zero_when_empty=False)
    both = tuple(
        TextEncoder(tokenizer, model, skips=2, is_normed=False)
        for tokenizer, model in (
            (pipeline.tokenizer, pipeline.text_encoder),
            (pipeline.tokenizer_2, pipeline.text_encoder_2),
        )
        if model is not None
    )
    return TextEncoders(both, bool(pipeline.config.get("force_zeros_for_empty_prompt", True)))


def _noise_schedule(scheduler: Any, family: str) -> NoiseSchedule:
    """Returns the checkpoint's noise schedule; only the betas of the scheduler's config matter."""
    from diffusers import EulerDiscreteScheduler

    alphas = EulerDiscreteScheduler.from_config(scheduler.config).alphas_cumprod
    return NoiseSchedule.of(np.asarray(alphas.to(torch.float64)), family)
