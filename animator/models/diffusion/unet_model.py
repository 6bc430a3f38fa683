"""The parts of a loaded U-Net checkpoint (Stable Diffusion 1, 2, XL) and its numbers, from its pipeline."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from animator.errors import ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.prompts.encode import TextEncoder, TextEncoders
from animator.models.diffusion.samplers.sigmas import NoiseSchedule

PIXELS = 8
"""Sides are filled up to multiples of this, of which every latent pixel covers one."""

OPEN_CLIP_WIDTH = 1024  # of the text encoder of Stable Diffusion 2


@dataclass(frozen=True, eq=False)
class UNetModel:
    """A loaded checkpoint of a family with a U-Net.

    Attributes:
        name: What the preset calls it.
        family: "sd1", "sd2" or "sdxl".
        unet: diffusers' U-Net.
        autoencoder: Its VAE.
        encoders: Its text encoders.
        table: Its noise levels.
        prediction: What the U-Net gives: "epsilon", "v_prediction" or "sample".
        schedule_type: The spacing that the checkpoint asks for where a sampler names none; empty: none.
    """

    name: str
    family: str
    unet: Any
    autoencoder: Autoencoder
    encoders: TextEncoders
    table: NoiseSchedule
    prediction: str
    schedule_type: str

    @classmethod
    def of(cls, name: str, pipeline: Any) -> "UNetModel":
        """The model in a diffusers pipeline.

        Raises:
            ModelError: The pipeline is of a family without U-Net, or a part is missing.
        """
        missing = [
            part
            for part in ("unet", "vae", "text_encoder", "tokenizer")
            if getattr(pipeline, part, None) is None
        ]
        if missing:
            raise ModelError(
                f"model {name}: {type(pipeline).__name__} without {', '.join(missing)} cannot draw"
            )
        scheduler, family = pipeline.scheduler, _family(pipeline)
        return cls(
            name=name,
            family=family,
            unet=pipeline.unet,
            autoencoder=Autoencoder(pipeline.vae, PIXELS),
            encoders=_encoders(pipeline),
            table=_table(scheduler, family),
            prediction=scheduler.config.get("prediction_type", "epsilon"),
            schedule_type="Trailing" if scheduler.config.get("timestep_spacing") == "trailing" else "",
        )

    @property
    def is_inpainting(self) -> bool:
        """True where the U-Net reads a mask and the masked image beside the latent."""
        return bool(self.unet.config.in_channels == 2 * self.autoencoder.channels + 1)

    @property
    def is_guidance_distilled(self) -> bool:
        """True where the U-Net reads cfg_scale as an input (LCM), and is asked without a negative prompt."""
        return self.unet.config.get("time_cond_proj_dim") is not None

    def scale_embedding(self, scale: float, device: torch.device, dtype: torch.dtype) -> torch.Tensor | None:
        """cfg_scale as waves (1, width), where the U-Net reads it (Luo et al. 2023); else None."""
        if not self.is_guidance_distilled:
            return None
        half = self.unet.config["time_cond_proj_dim"] // 2
        waves = (scale - 1) * 1000 * torch.exp(torch.arange(half) * (-math.log(10_000) / (half - 1)))
        return torch.cat([waves.sin(), waves.cos()])[None].to(device, dtype, non_blocking=True)

    @property
    def parts(self) -> dict[str, Any]:
        """The modules by their usual names."""
        encoders = {
            f"text_encoder{'' if index == 0 else f'_{index + 1}'}": encoder.model
            for index, encoder in enumerate(self.encoders.encoders)
        }
        return {"unet": self.unet, "vae": self.autoencoder.model, **encoders}

    def sizes(self, size: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor | None:
        """SDXL's numbers about an image of this width and height (1, 6); None for other families."""
        if self.family != "sdxl":
            return None
        width, height = size
        # Made on the CPU and sent: a tensor made on the device from Python's numbers would wait for it.
        return torch.tensor([[height, width, 0, 0, height, width]]).to(device, dtype, non_blocking=True)


def _family(pipeline: Any) -> str:
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
    )
    return TextEncoders(both, bool(pipeline.config.get("force_zeros_for_empty_prompt", True)))


def _table(scheduler: Any, family: str) -> NoiseSchedule:
    """The checkpoint's noise levels; any scheduler's configuration will do, the betas are what counts."""
    from diffusers import EulerDiscreteScheduler

    alphas = EulerDiscreteScheduler.from_config(scheduler.config).alphas_cumprod
    return NoiseSchedule.of(np.asarray(alphas.to(torch.float64)), family)
