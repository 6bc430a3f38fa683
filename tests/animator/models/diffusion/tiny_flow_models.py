"""Tiny random flow-matching pipelines, each with the kinds of networks that its real one has."""

from collections.abc import Callable, Mapping
from typing import Any

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from tests.animator.models.diffusion.tiny_parts import (
    deep_vae,
    image_vae,
    language_model,
    patched_vae,
    t5_encoder,
    tokenizer,
    video_vae,
    vision_language_model,
)

_BLOCKS: dict[str, Any] = {"num_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2}
_SHIFTED = {"use_dynamic_shifting": True}


def _pipeline(key: str, encoder: Any, vae: Any, network: Mapping[str, Any], **other: Any) -> Any:
    """A pipeline of a family, with a network of these sizes."""
    import diffusers

    family = FLOW_FAMILIES[key]
    transformer = getattr(diffusers, family.transformer)(**network).eval()
    parts = {"tokenizer": tokenizer(), "scheduler": _euler(**_SHIFTED), **other}
    return getattr(diffusers, family.pipeline)(
        transformer=transformer, vae=vae, text_encoder=encoder, **parts
    )


def _euler(**config: Any) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**config)


def _plain_vae() -> Any:
    without = {"use_quant_conv": False, "use_post_quant_conv": False}
    return image_vae(4, (8, 8, 8, 8), 1, 0.36, shift_factor=0.1, **without).eval()


def _flux2(key: str, encoder: Any, *, guided: bool) -> Any:
    network = {
        **_BLOCKS,
        "in_channels": 16,
        "num_single_layers": 1,
        "joint_attention_dim": 96,
        "timestep_guidance_channels": 16,
        "axes_dims_rope": (4, 4, 4, 4),
        "guidance_embeds": guided,
    }
    return _pipeline(key, encoder, patched_vae(), network)


def _chroma() -> Any:
    network = {
        **_BLOCKS,
        "in_channels": 16,
        "num_single_layers": 1,
        "joint_attention_dim": 32,
        "axes_dims_rope": (4, 4, 8),
        "approximator_num_channels": 16,
        "approximator_hidden_dim": 16,
        "approximator_layers": 1,
    }
    words = clip_tokenizer(pad_token="<|endoftext|>")
    return _pipeline("chroma", t5_encoder(), _plain_vae(), network, tokenizer=words)


def _qwen() -> Any:
    network = {
        **_BLOCKS,
        "in_channels": 16,
        "out_channels": 4,
        "joint_attention_dim": 32,
        "axes_dims_rope": (4, 6, 6),
    }
    return _pipeline(
        "qwen-image",
        vision_language_model("Qwen2_5_VLForConditionalGeneration"),
        video_vae(),
        network,
        tokenizer=tokenizer(1024),
        scheduler=_euler(**_SHIFTED, shift_terminal=0.02, time_shift_type="exponential"),
    )


def _z_image() -> Any:
    network = {
        "in_channels": 4,
        "dim": 64,
        "n_layers": 1,
        "n_refiner_layers": 1,
        "n_heads": 2,
        "n_kv_heads": 2,
        "cap_feat_dim": 32,
        "axes_dims": [8, 12, 12],
        "axes_lens": [512, 64, 64],
    }
    encoder = language_model("Qwen3ForCausalLM")
    return _pipeline("z-image", encoder, _plain_vae(), network, scheduler=_euler(shift=3.0))


def _lumina2() -> Any:
    network = {
        "sample_size": 16,
        "in_channels": 4,
        "hidden_size": 36,
        "num_layers": 1,
        "num_refiner_layers": 1,
        "num_attention_heads": 3,
        "num_kv_heads": 1,
        "multiple_of": 16,
        "axes_dim_rope": (4, 4, 4),
        "axes_lens": (512, 64, 64),
        "cap_feat_dim": 32,
    }
    parts = {"tokenizer": tokenizer(256), "scheduler": _euler(shift=6.0)}
    return _pipeline("lumina2", language_model("Gemma2Model"), _plain_vae(), network, **parts)


def _krea2() -> Any:
    network = {
        **_BLOCKS,
        "in_channels": 16,
        "num_key_value_heads": 1,
        "intermediate_size": 32,
        "timestep_embed_dim": 16,
        "text_hidden_dim": 32,
        "num_text_layers": 2,
        "text_num_attention_heads": 2,
        "text_num_key_value_heads": 2,
        "text_intermediate_size": 32,
        "num_layerwise_text_blocks": 1,
        "num_refiner_text_blocks": 1,
        "axes_dims_rope": (4, 6, 6),
    }
    return _pipeline(
        "krea2",
        vision_language_model("Qwen3VLModel"),
        video_vae(),
        network,
        scheduler=_euler(**_SHIFTED, time_shift_type="exponential"),
        text_encoder_select_layers=(1, 3),
    )


def _sana() -> Any:
    from diffusers import DPMSolverMultistepScheduler

    network = {
        "in_channels": 4,
        "out_channels": 4,
        "num_attention_heads": 2,
        "attention_head_dim": 8,
        "num_layers": 1,
        "num_cross_attention_heads": 2,
        "cross_attention_head_dim": 8,
        "cross_attention_dim": 16,
        "caption_channels": 32,
        "sample_size": 32,
    }
    scheduler = DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    parts = {"tokenizer": tokenizer(300), "scheduler": scheduler}
    return _pipeline("sana", language_model("Gemma2Model"), deep_vae(), network, **parts)


FLOW_MAKERS: Mapping[str, Callable[[], Any]] = {
    "flux2": lambda: _flux2(
        "flux2", vision_language_model("Mistral3ForConditionalGeneration", 31), guided=True
    ),
    "flux2-klein": lambda: _flux2("flux2-klein", language_model("Qwen3ForCausalLM", 28), guided=False),
    "chroma": _chroma,
    "qwen-image": _qwen,
    "z-image": _z_image,
    "lumina2": _lumina2,
    "krea2": _krea2,
    "sana": _sana,
}
"""Makers of the families that `tiny_models` does not know, by key."""
