"""BEiT of MiDaS 3.1, with relative position tables resampled to the size of the image."""

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.images.side_stream import to_device
from animator.models.depth.backbones.tokens import Reassemble

PATCH = 16
SPECIAL = 3  # table rows for class-to-patch, patch-to-class and class-to-class


class Beit(nn.Module):
    """BEiT with feature maps from four of its blocks."""

    def __init__(
        self, name: str, out_indices: tuple[int, int, int, int], widths: tuple[int, int, int, int]
    ) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        self.out_indices = out_indices
        for level, (outputs, factor) in enumerate(zip(widths, (4, 2, 1, 0.5), strict=True), start=1):
            self.add_module(f"act_postprocess{level}", Reassemble(self.model.embed_dim, outputs, factor))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 16."""
        grid = (x.shape[-2] // PATCH, x.shape[-1] // PATCH)
        patches = self.model.patch_embed.proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.model.cls_token.expand(len(x), -1, -1), patches], 1)
        index = to_device(relative_index(grid), x.device)
        maps: list[Tensor] = []
        for number, block in enumerate(self.model.blocks):
            tokens = _block(block, tokens, relative_bias(block.attn, grid, index))
            if number in self.out_indices:
                reassemble = self.get_submodule(f"act_postprocess{len(maps) + 1}")
                maps.append(reassemble(tokens, grid))
        return maps


def _block(block: Any, tokens: Tensor, bias: Tensor) -> Tensor:
    """Runs a transformer block with an attention bias (1, heads, T, T)."""
    tokens = tokens + block.gamma_1 * _attend(block.attn, block.norm1(tokens), bias)
    result: Tensor = tokens + block.gamma_2 * block.mlp(block.norm2(tokens))
    return result


def _attend(attention: Any, tokens: Tensor, bias: Tensor) -> Tensor:
    offset = torch.cat([attention.q_bias, torch.zeros_like(attention.q_bias), attention.v_bias])
    mixed = nnf.linear(tokens, attention.qkv.weight, offset)
    count, length, _ = mixed.shape
    q, k, v = mixed.view(count, length, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
    attended = nnf.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    result: Tensor = attention.proj(attended.transpose(1, 2).flatten(2))
    return result


def relative_bias(attention: Any, grid: tuple[int, int], index: Tensor) -> Tensor:
    """Returns the attention bias (1, heads, T, T), T = 1 + h * w: the trained table resampled to the grid."""
    table = attention.relative_position_bias_table
    trained = attention.window_size
    by_offset = table[:-SPECIAL].reshape(2 * trained[0] - 1, 2 * trained[1] - 1, -1).permute(2, 0, 1)
    size = (2 * grid[0] - 1, 2 * grid[1] - 1)
    resized = nnf.interpolate(by_offset[None], size=size, mode="bilinear", align_corners=False)
    rows = torch.cat([resized[0].flatten(1).T, table[-SPECIAL:]])
    bias: Tensor = rows[index].permute(2, 0, 1).contiguous()[None]
    return bias


def relative_index(grid: tuple[int, int]) -> Tensor:
    """Returns the row of the bias table of each pair of tokens (T, T) (arXiv 2106.08254, timm's order)."""
    height, width = grid
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    position = torch.stack([y.flatten(), x.flatten()])
    offset = position[:, :, None] - position[:, None, :]
    rows = (offset[0] + height - 1) * (2 * width - 1) + offset[1] + width - 1
    count = (2 * height - 1) * (2 * width - 1)
    index = torch.empty(height * width + 1, height * width + 1, dtype=torch.long)
    index[1:, 1:] = rows
    index[0, :], index[:, 0], index[0, 0] = count, count + 1, count + 2
    return index
