"""Networks of the built-in model: created new, or loaded from a diffusers folder."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from animator.training.tokenizer import LENGTH

CHANNELS = 4  # of the latents
FACTOR = 8  # pixels per latent, along each side
_HEAD = 32  # width of an attention head
SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "prediction_type": "v_prediction",
}
"""Stable Diffusion's noise schedule, with v-prediction."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of the networks.

    Attributes:
        widths: Channels of the U-Net's levels; all but the first have cross-attention to the text.
        text: Width of the text encoder.
        text_layers: Layers of the text encoder.
        autoencoder: Channels of the autoencoder.
        guidance: Width of the embedded cfg_scale; 0 makes a U-Net without that input.
    """

    widths: tuple[int, ...] = (48, 96, 144)
    text: int = 128
    text_layers: int = 2
    autoencoder: int = 48
    guidance: int = 0


def new_unet(sizes: Sizes) -> UNet2DConditionModel:
    """Returns a U-Net with torch's default initialization."""
    levels = len(sizes.widths) - 1
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        block_out_channels=sizes.widths,
        down_block_types=("DownBlock2D", *["CrossAttnDownBlock2D"] * levels),
        up_block_types=(*["CrossAttnUpBlock2D"] * levels, "UpBlock2D"),
        layers_per_block=1,
        cross_attention_dim=sizes.text,
        # diffusers calls it attention_head_dim, but for this model it is the number of heads.
        attention_head_dim=tuple(max(1, width // _HEAD) for width in sizes.widths),
        norm_num_groups=16,
        time_cond_proj_dim=sizes.guidance or None,
    )


def new_text_encoder(sizes: Sizes, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Returns a new text encoder for a tokenizer; its embeddings are wide enough apart to learn fast."""
    count = len(tokenizer)
    encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=count,
            hidden_size=sizes.text,
            intermediate_size=sizes.text * 3,
            num_hidden_layers=sizes.text_layers,
            num_attention_heads=max(1, sizes.text // _HEAD),
            max_position_embeddings=LENGTH,
            projection_dim=sizes.text,
            hidden_act="quick_gelu",
            bos_token_id=count - 2,
            eos_token_id=count - 1,
            pad_token_id=count - 1,
        )
    )
    nn.init.normal_(encoder.get_input_embeddings().weight, std=0.3)
    return encoder


def new_autoencoder(sizes: Sizes) -> AutoencoderTiny:
    """Returns a new autoencoder whose encoder has no activations, so that it can start as a linear map."""
    return AutoencoderTiny(
        encoder_block_out_channels=(sizes.autoencoder,) * 4,
        decoder_block_out_channels=(sizes.autoencoder,) * 4,
        num_encoder_blocks=(0, 0, 0, 0),
        num_decoder_blocks=(4, 2, 1, 0),
        scaling_factor=1.0,
    )


def open_part(model: Path, part: str) -> Any:
    """Returns a network of a diffusers folder in single precision: `unet`, `text_encoder` or `vae`."""
    kinds = {"unet": UNet2DConditionModel, "text_encoder": CLIPTextModel, "vae": AutoencoderTiny}
    return kinds[part].from_pretrained(model / part, torch_dtype=torch.float32)


def with_guidance_input(unet: UNet2DConditionModel, width: int) -> UNet2DConditionModel:
    """Returns a U-Net of the same weights that takes cfg_scale as an input, with no effect until trained."""
    config = {**unet.config, "time_cond_proj_dim": width}
    result: UNet2DConditionModel = UNet2DConditionModel.from_config(config)
    result.load_state_dict(unet.state_dict(), strict=False)
    nn.init.zeros_(result.time_embedding.cond_proj.weight)
    return result


def without_guidance_input(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """Returns a U-Net without that input whose outputs equal those of `unet` at a cfg_scale of 1."""
    config = {**unet.config, "time_cond_proj_dim": None}
    result: UNet2DConditionModel = UNet2DConditionModel.from_config(config)
    weights = dict(unet.state_dict())
    projection = weights.pop("time_embedding.cond_proj.weight")
    condition = projection @ guidance_embedding(torch.ones(1), projection.shape[1])[0]
    shift = weights["time_embedding.linear_1.weight"] @ condition
    weights["time_embedding.linear_1.bias"] = weights["time_embedding.linear_1.bias"] + shift
    result.load_state_dict(weights)
    return result


def guidance_embedding(scales: Tensor, width: int) -> Tensor:
    """Returns the sinusoidal embedding (N, width) of cfg_scale (N,), as samplers pass it to the U-Net."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=scales.device) * (-math.log(10_000) / (half - 1)))
    waves = (scales[:, None] - 1) * 1000 * rates
    return torch.cat([waves.sin(), waves.cos()], -1)


def noise_schedule() -> DDPMScheduler:
    """Returns the scheduler that adds noise to latents and computes v."""
    return DDPMScheduler(**SCHEDULE, clip_sample=False)
