"""`UNet`: the U-Net of the built-in model."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from animator.models.diffusion.built_in.blocks import Block, DownBlock, MidBlock, UpBlock
from animator.models.diffusion.built_in.config import Config
from animator.models.diffusion.built_in.network import Network

_LONGEST_PERIOD = 10_000  # of the waves that a timestep is turned into


class UNet(Network):
    """A U-Net that is called as diffusers' `UNet2DConditionModel`, with the blocks of its config."""

    def __init__(self, config: Config) -> None:
        """Makes the layers."""
        super().__init__(config)
        widths, groups, eps = config.block_out_channels, config.norm_num_groups, config.norm_eps
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.time_embedding = _TimeEmbedding(widths[0], config.time_cond_proj_dim)
        heads = config.attention_head_dim  # which is the number of heads, in spite of its name
        block = Block(4 * widths[0], groups, eps, config.cross_attention_dim)
        last = len(widths) - 1
        self.down_blocks = nn.ModuleList(
            DownBlock(
                block.with_heads(heads[index] if "CrossAttn" in kind else 0),
                (widths[max(index - 1, 0)], widths[index]),
                config.layers_per_block,
                has_downsampler=index < last,
            )
            for index, kind in enumerate(config.down_block_types)
        )
        self.mid_block = MidBlock(block.with_heads(heads[-1]), widths[-1])
        upward = tuple(reversed(widths))
        self.up_blocks = nn.ModuleList(
            UpBlock(
                block.with_heads(heads[last - index] if "CrossAttn" in kind else 0),
                (upward[min(index + 1, last)], upward[max(index - 1, 0)], upward[index]),
                config.layers_per_block + 1,
                index,
                has_upsampler=index < last,
            )
            for index, kind in enumerate(config.up_block_types)
        )
        self.conv_norm_out = nn.GroupNorm(groups, widths[0], eps=eps)
        self.conv_out = nn.Conv2d(widths[0], config.out_channels, 3, padding=1)

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        timestep_cond: Tensor | None = None,
        **others: Any,
    ) -> tuple[Tensor]:
        """Returns its output (N, C, h, w), in a tuple.

        Args:
            sample: Latents (N, C, h, w).
            timestep: Timesteps (N,).
            encoder_hidden_states: Conditioning (N, T, text_width).
            timestep_cond: Embedding of cfg_scale (N, width).
            others: Residuals of ControlNets, `down_block_additional_residuals` and
                `mid_block_additional_residual`; what other families of models take is left out.
        """
        waves = _waves(timestep, self.conv_in.out_channels).to(sample.dtype)
        time = self.time_embedding(waves, timestep_cond)
        skips, forced = [self.conv_in(sample)], _is_uneven(sample, len(self.up_blocks) - 1)
        for down in self.down_blocks:
            skips += down(skips[-1], time, encoder_hidden_states)
        x = self.mid_block(skips[-1], time, encoder_hidden_states)
        x, skips = _guided(x, skips, others)
        for up in self._ups:
            count = len(up.resnets)
            own, skips = skips[-count:], skips[:-count]
            size = skips[-1].shape[2:] if forced and skips else None
            x = up(x, own, time, encoder_hidden_states, size)
        return (self.conv_out(functional.silu(self.conv_norm_out(x))),)

    def enable_freeu(self, s1: float, s2: float, b1: float, b2: float) -> None:
        """Switches FreeU on (Si et al. 2023): skip connections times s, backbone features times b."""
        for block in self._ups:
            block.freeu = {"s1": s1, "s2": s2, "b1": b1, "b2": b2}

    @property
    def _ups(self) -> list[UpBlock]:
        return [block for block in self.up_blocks if isinstance(block, UpBlock)]

    def disable_freeu(self) -> None:
        """Switches FreeU off."""
        for block in self._ups:
            block.freeu = None


class _TimeEmbedding(nn.Module):
    """Embeds waves of the timestep and, if given, cfg_scale."""

    def __init__(self, width: int, scale_width: int | None) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(width, 4 * width)
        self.cond_proj = None if scale_width is None else nn.Linear(scale_width, width, bias=False)
        self.linear_2 = nn.Linear(4 * width, 4 * width)

    def forward(self, waves: Tensor, scale: Tensor | None) -> Tensor:
        """Returns the embedding (N, 4 * width)."""
        if scale is not None and self.cond_proj is not None:
            waves = waves + self.cond_proj(scale)
        return torch.as_tensor(self.linear_2(functional.silu(self.linear_1(waves))))


def _waves(timesteps: Tensor, width: int) -> Tensor:
    """Returns cosines and sines (N, width) of timesteps (N,), float32."""
    half = width // 2
    exponents = -math.log(_LONGEST_PERIOD) * torch.arange(half, dtype=torch.float32, device=timesteps.device)
    angles = timesteps[:, None].float() * torch.exp(exponents / half)[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def _is_uneven(sample: Tensor, halvings: int) -> bool:
    """Returns True for a size that cannot be halved so often, and so is not met by doubling."""
    return any(side % 2**halvings for side in sample.shape[-2:])


def _guided(x: Tensor, skips: Sequence[Tensor], others: Mapping[str, Any]) -> tuple[Tensor, list[Tensor]]:
    """Returns features and skip connections with the residuals of ControlNets added."""
    residuals = others.get("down_block_additional_residuals")
    if residuals is None:
        return x, list(skips)
    added = [skip + residual for skip, residual in zip(skips, residuals, strict=True)]
    return x + others["mid_block_additional_residual"], added
