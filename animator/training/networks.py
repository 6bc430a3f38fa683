"""The built-in model's networks: made new, or opened from a diffusers folder to go on with."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from animator.training.tokenizer import LENGTH

CHANNELS = 4  # of a latent
FACTOR = 8  # pixels of a latent's side
_HEAD = 32  # width of an attention head
SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "prediction_type": "v_prediction",
}
"""Stable Diffusion's noise levels, with v-prediction."""


@dataclass(frozen=True)
class Sizes:
    """How large the networks are.

    Attributes:
        widths: Channels of the U-Net's levels; those but the first look at the text.
        text: Width of the text encoder.
        text_layers: Its layers.
        coder: Channels of the autoencoder.
        guidance: Width of the input that takes cfg_scale; 0 leaves it out.
    """

    widths: tuple[int, ...] = (48, 96, 144)
    text: int = 128
    text_layers: int = 2
    coder: int = 48
    guidance: int = 0


def new_unet(sizes: Sizes) -> UNet2DConditionModel:
    """A U-Net with torch's first weights."""
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
    """A text encoder for a tokenizer, with embeddings wide enough apart to learn fast."""
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
    """An autoencoder whose encoder has no activation, so that it can start as an exact linear map."""
    return AutoencoderTiny(
        encoder_block_out_channels=(sizes.coder,) * 4,
        decoder_block_out_channels=(sizes.coder,) * 4,
        num_encoder_blocks=(0, 0, 0, 0),
        num_decoder_blocks=(4, 2, 1, 0),
        scaling_factor=1.0,
    )


def open_part(model: Path, part: str) -> Any:
    """A network of a diffusers folder in single precision: `unet`, `text_encoder` or `vae`."""
    kinds = {"unet": UNet2DConditionModel, "text_encoder": CLIPTextModel, "vae": AutoencoderTiny}
    return kinds[part].from_pretrained(model / part, torch_dtype=torch.float32)


def with_guidance_input(unet: UNet2DConditionModel, width: int) -> UNet2DConditionModel:
    """A U-Net of the same weights that takes cfg_scale as an input, which does nothing as yet."""
    config = {**unet.config, "time_cond_proj_dim": width}
    result: UNet2DConditionModel = UNet2DConditionModel.from_config(config)
    result.load_state_dict(unet.state_dict(), strict=False)
    nn.init.zeros_(result.time_embedding.cond_proj.weight)
    return result


def without_guidance_input(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """A U-Net without that input which answers as the given one does at a cfg_scale of 1, exactly."""
    config = {**unet.config, "time_cond_proj_dim": None}
    result: UNet2DConditionModel = UNet2DConditionModel.from_config(config)
    held = dict(unet.state_dict())
    width = held.pop("time_embedding.cond_proj.weight")
    first = held["time_embedding.linear_1.weight"] @ (width @ embedded(torch.ones(1), width.shape[1])[0])
    held["time_embedding.linear_1.bias"] = held["time_embedding.linear_1.bias"] + first
    result.load_state_dict(held)
    return result


def embedded(scales: Tensor, width: int) -> Tensor:
    """cfg_scale as waves (N, width), as samplers give it to models that take it."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=scales.device) * (-math.log(10_000) / (half - 1)))
    waves = (scales[:, None] - 1) * 1000 * rates
    return torch.cat([waves.sin(), waves.cos()], -1)


def noise_schedule() -> DDPMScheduler:
    """What noises latents and says what v is."""
    return DDPMScheduler(**SCHEDULE, clip_sample=False)
