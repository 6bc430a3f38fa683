"""Tiny random video models, with the kinds of networks that the real ones have."""

from pathlib import Path
from typing import Any

import torch

from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion.tiny_parts import WORDS, tokenizer

declare_missing_ops()  # before transformers' image processors are imported
_LATENT = 4


def wan(*, with_encoder: bool = True, with_second: bool = False) -> Any:
    """A Wan that takes a first and a last image: 2.1 with an image encoder, 2.2 with a second network."""
    from diffusers import UniPCMultistepScheduler, WanImageToVideoPipeline

    torch.manual_seed(3)
    parts: dict[str, Any] = {"transformer": _wan_network(with_encoder=with_encoder)}
    if with_second:
        parts |= {"transformer_2": _wan_network(with_encoder=with_encoder), "boundary_ratio": 0.9}
    if with_encoder:
        parts |= _image_encoder()
    return WanImageToVideoPipeline(
        vae=_wan_vae(),
        text_encoder=_umt5(),
        tokenizer=tokenizer(),
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
        **parts,
    )


def ltx() -> Any:
    """An LTX-Video that takes images at chosen frames."""
    from diffusers import (
        AutoencoderKLLTXVideo,
        FlowMatchEulerDiscreteScheduler,
        LTXConditionPipeline,
        LTXVideoTransformer3DModel,
    )
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(4)
    widths = (8, 8, 8, 8)
    vae = AutoencoderKLLTXVideo(
        latent_channels=_LATENT,
        block_out_channels=widths,
        decoder_block_out_channels=widths,
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
    )
    network = LTXVideoTransformer3DModel(
        in_channels=_LATENT,
        out_channels=_LATENT,
        num_attention_heads=2,
        attention_head_dim=16,
        cross_attention_dim=32,
        num_layers=1,
        caption_channels=32,
    )
    config = T5Config(vocab_size=WORDS, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    return LTXConditionPipeline(
        vae=vae.eval(),
        transformer=network.eval(),
        text_encoder=T5EncoderModel(config).eval(),
        tokenizer=tokenizer(),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    )


def saved(pipeline: Any, folder: Path) -> Path:
    """The folder in which a pipeline is saved."""
    pipeline.save_pretrained(folder)
    return folder


def _wan_network(*, with_encoder: bool) -> Any:
    from diffusers import WanTransformer3DModel

    images = {"image_dim": 16, "added_kv_proj_dim": 24, "pos_embed_seq_len": 2 * 17} if with_encoder else {}
    return WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=2 * _LATENT + 4,
        out_channels=_LATENT,
        text_dim=32,
        freq_dim=16,
        ffn_dim=32,
        num_layers=1,
        rope_max_seq_len=32,
        **images,
    ).eval()


def _wan_vae() -> Any:
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan(
        base_dim=4,
        z_dim=_LATENT,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.1, -0.2, 0.3, 0.0],
        latents_std=[1.5, 0.8, 1.1, 2.0],
    ).eval()


def _umt5() -> Any:
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(vocab_size=WORDS, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    return UMT5EncoderModel(config).eval()


def _image_encoder() -> dict[str, Any]:
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=16,
        patch_size=4,
    )
    side = {"height": 16, "width": 16}
    return {
        "image_encoder": CLIPVisionModel(config).eval(),
        "image_processor": CLIPImageProcessor(size={"shortest_edge": 16}, crop_size=side),
    }
