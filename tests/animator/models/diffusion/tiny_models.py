"""Tiny random models in the real file formats: diffusers folders, single files with the original names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion.original_names import (
    clip_tensors,
    open_clip_tensors,
    unet_tensors,
    vae_tensors,
)
from tests.animator.models.diffusion.tiny_flow_models import FLOW_MAKERS
from tests.animator.models.diffusion.tiny_parts import image_vae, t5_encoder

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
WIDTHS = (16, 32, 32)
HEADS = 4


def pipeline(kind: str, seed: int = 0) -> Any:
    """A tiny random pipeline: sd1, sd1-inpaint, sd1-edit, sd2, sd2-v, sdxl, sdxl-inpaint, and so on.

    The flow-matching ones of `tiny_flow_models` keep the weights that their classes begin with.
    """
    declare_missing_ops()
    with torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(seed)
        if kind in FLOW_MAKERS:
            return FLOW_MAKERS[kind]()
        made = _MAKERS[kind]()
    for part in made.components.values():
        if isinstance(part, torch.nn.Module):
            stir(part, seed)
    return made


def stir(part: torch.nn.Module, seed: int) -> None:
    """Weights large enough that every input can be seen in the output."""
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for weight in part.parameters():
            spread = 0.25 if weight.ndim < 2 else 1.2 / weight[0].numel() ** 0.5
            center = weight.mean() if weight.ndim < 2 else 0.0
            weight.copy_(torch.randn(weight.shape, generator=generator) * spread + center)


def write_folder(kind: str, folder: Path, seed: int = 0) -> Path:
    """A diffusers folder."""
    pipeline(kind, seed).save_pretrained(folder)
    return folder


def write_file(kind: str, path: Path, seed: int = 0, metadata: dict[str, str] | None = None) -> Path:
    """One file with the original U-Net's, VAE's and text encoders' names."""
    made = pipeline(kind, seed)
    tensors = {**unet_tensors(made.unet.state_dict(), kind), **vae_tensors(made.vae.state_dict())}
    if kind == "sdxl-refiner":
        tensors |= open_clip_tensors(made.text_encoder_2.state_dict(), "conditioner.embedders.0.model.")
    elif kind.startswith("sdxl"):
        first = made.text_encoder.state_dict()
        tensors |= clip_tensors(first, "conditioner.embedders.0.transformer.")
        tensors |= open_clip_tensors(made.text_encoder_2.state_dict(), "conditioner.embedders.1.model.")
    elif kind.startswith("sd2"):
        tensors |= open_clip_tensors(made.text_encoder.state_dict(), "cond_stage_model.model.")
    else:
        tensors |= clip_tensors(made.text_encoder.state_dict(), "cond_stage_model.transformer.")
    tensors["alphas_cumprod"] = torch.zeros(1000)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)
    return path


def _vae(scaling: float = 0.18215, channels: int = 4) -> Any:
    shift = 0.1 if channels == 16 else None
    return image_vae(channels, (8, 16, 16, 16), 2, scaling, sample_size=64, shift_factor=shift)


def _text(width: int, layers: int = 3, *, projected: bool = False, act: str = "quick_gelu") -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=width,
        hidden_act=act,
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=49407,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config).eval()


def _unet(context: int, inputs: int = 4, **other: Any) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=WIDTHS,
        layers_per_block=2,
        sample_size=8,
        in_channels=inputs,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=context,
        attention_head_dim=HEADS,
        norm_num_groups=8,
        **other,
    ).eval()


def _scheduler(name: str = "PNDMScheduler", **other: Any) -> Any:
    import diffusers

    return getattr(diffusers, name)(**BETAS, **other)


def _sd(
    context: int = 32, inputs: int = 4, act: str = "quick_gelu", pad: str = "<|endoftext|>", **other: Any
) -> Any:
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=_text(context, act=act),
        tokenizer=clip_tokenizer(pad_token=pad),
        unet=_unet(context, inputs, **other.pop("unet", {})),
        scheduler=_scheduler(**other),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _sd2(**scheduler: Any) -> Any:
    return _sd(48, act="gelu", pad="!", unet={"use_linear_projection": True}, **scheduler)


def _sdxl(inputs: int = 4, **scheduler: Any) -> Any:
    from diffusers import StableDiffusionXLPipeline

    unet = _unet(
        32 + 48,
        inputs,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=48 + 6 * 8,
    )
    return StableDiffusionXLPipeline(
        vae=_vae(0.13025),
        text_encoder=_text(32),
        text_encoder_2=_text(48, projected=True, act="gelu"),
        tokenizer=clip_tokenizer(pad_token="<|endoftext|>"),
        tokenizer_2=clip_tokenizer(pad_token="!"),
        unet=unet,
        scheduler=_scheduler(
            **{"name": "EulerDiscreteScheduler", "timestep_spacing": "leading", **scheduler}
        ),
        add_watermarker=False,
    )


def _refiner() -> Any:
    from diffusers import StableDiffusionXLImg2ImgPipeline

    unet = _unet(
        48,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=48 + 5 * 8,
    )
    return StableDiffusionXLImg2ImgPipeline(
        vae=_vae(0.13025),
        text_encoder=None,
        text_encoder_2=_text(48, projected=True, act="gelu"),
        tokenizer=None,
        tokenizer_2=clip_tokenizer(pad_token="!"),
        unet=unet,
        scheduler=_scheduler(name="EulerDiscreteScheduler", timestep_spacing="leading"),
        requires_aesthetics_score=True,
        force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )


def _sd3() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel, StableDiffusion3Pipeline

    transformer = SD3Transformer2DModel(
        sample_size=32,
        patch_size=2,
        in_channels=16,
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=4,
        joint_attention_dim=96,
        caption_projection_dim=32,
        pooled_projection_dim=64,
        out_channels=16,
        pos_embed_max_size=32,
    )
    return StableDiffusion3Pipeline(
        transformer=transformer.eval(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_vae(1.5, channels=16),
        text_encoder=_text(32, projected=True),
        tokenizer=clip_tokenizer(pad_token="<|endoftext|>"),
        text_encoder_2=_text(32, projected=True, act="gelu"),
        tokenizer_2=clip_tokenizer(pad_token="!"),
        text_encoder_3=None,
        tokenizer_3=None,
    )


def _flux() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel

    transformer = FluxTransformer2DModel(
        patch_size=1,
        in_channels=64,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        guidance_embeds=True,
        axes_dims_rope=(4, 6, 6),
    )
    return FluxPipeline(
        transformer=transformer.eval(),
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=_vae(0.36, channels=16),
        text_encoder=_text(32),
        tokenizer=clip_tokenizer(pad_token="<|endoftext|>"),
        text_encoder_2=t5_encoder(),
        tokenizer_2=clip_tokenizer(pad_token="<|endoftext|>"),
    )


_MAKERS: Mapping[str, Callable[[], Any]] = {
    "sd1": _sd,
    "sd1-inpaint": lambda: _sd(inputs=9),
    "sd2": _sd2,
    "sd2-v": lambda: _sd2(prediction_type="v_prediction"),
    "sdxl": _sdxl,
    "sdxl-inpaint": lambda: _sdxl(inputs=9),
    "sd1-edit": lambda: _sd(inputs=8),
    "sdxl-refiner": _refiner,
    "turbo": lambda: _sdxl(name="EulerAncestralDiscreteScheduler", timestep_spacing="trailing"),
    "lcm": lambda: _sd(name="LCMScheduler", unet={"time_cond_proj_dim": 16}),
    "sd3": _sd3,
    "flux": _flux,
}
