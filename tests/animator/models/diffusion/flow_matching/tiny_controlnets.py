"""Tiny ControlNets of Flux and Stable Diffusion 3, of random weights."""

from collections.abc import Callable
from typing import Any

import diffusers
import torch


def flux_net(seed: int = 0, **more: Any) -> Any:
    config = {
        "in_channels": 64,
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 32,
        "pooled_projection_dim": 32,
        "axes_dims_rope": (4, 6, 6),
    }
    return stirred(diffusers.FluxControlNetModel(**{**config, **more}), seed)


def sd3_net(seed: int = 0, **more: Any) -> Any:
    config = {
        "sample_size": 32,
        "patch_size": 2,
        "in_channels": 16,
        "num_layers": 1,
        "attention_head_dim": 8,
        "num_attention_heads": 4,
        "joint_attention_dim": 96,
        "caption_projection_dim": 32,
        "pooled_projection_dim": 64,
        "out_channels": 16,
        "pos_embed_max_size": 32,
    }
    return stirred(diffusers.SD3ControlNetModel(**{**config, **more}), seed)


def stirred(net: Any, seed: int) -> Any:
    generator = torch.Generator().manual_seed(seed + 70)
    with torch.no_grad():
        for weight in net.parameters():
            spread = 0.05 if weight.ndim < 2 else 0.5 / weight[0].numel() ** 0.5
            weight.add_(torch.randn(weight.shape, generator=generator) * spread)
    return net.eval()


NETS: dict[str, tuple[str, Callable[[], Any]]] = {
    "flux": ("flux", flux_net),
    "flux-guided": ("flux", lambda: flux_net(1, guidance_embeds=True, num_single_layers=0)),
    "flux-union": ("flux", lambda: flux_net(2, num_mode=7)),
    "sd3": ("sd3", sd3_net),
    "sd3-pooled": ("sd3", lambda: sd3_net(1, force_zeros_for_pooled_projection=False)),
    "sd3-large": (
        "sd3",
        lambda: sd3_net(
            2, joint_attention_dim=None, use_pos_embed=False, force_zeros_for_pooled_projection=False
        ),
    ),
}
