"""DINOv2 of Depth-Anything 3 for several views (arXiv 2511.10647), here with one.

With one view, attention across views sees the same tokens as attention inside it; only positions differ.
"""

from dataclasses import dataclass
from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.dino import grid_of, resized_position
from animator.models.depth.backbones.tokens import unflatten

FREQUENCY = 100.0
"""Base of the wavelengths of the rotary position embedding."""


@dataclass(frozen=True)
class RotaryShape:
    """Variant of the backbone.

    Attributes:
        name: Of timm's network.
        out_indices: Indices of the blocks used as feature maps.
        start: Index of the first block with rotary positions, normalized queries and keys, and the camera's
            token in place of the class token.
    """

    name: str
    out_indices: tuple[int, int, int, int]
    start: int


class RotaryDino(nn.Module):
    """DINOv2 with rotary positions and a camera token from some block on.

    A feature map has the channels of the last block inside the view, then the normalized ones of the block
    across views.
    """

    def __init__(self, shape: RotaryShape) -> None:
        super().__init__()
        self.model = timm.create_model(shape.name, pretrained=False, num_classes=0)
        self.model.norm.eps = 1e-5  # the released network's, where DINOv2's own is 1e-6
        self.shape = shape
        self.camera_token = nn.Parameter(torch.zeros(1, 2, self.model.embed_dim))
        for block in self.model.blocks[shape.start :]:
            block.attn.q_norm = nn.LayerNorm(block.attn.head_dim)
            block.attn.k_norm = nn.LayerNorm(block.attn.head_dim)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns four feature maps (N, 2 C, H / 14, W / 14) of x (N, 3, H, W); H, W multiples of 14."""
        grid = grid_of(x)
        patches = self.model.patch_embed.proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.model.cls_token.expand(len(x), -1, -1), patches], 1)
        tokens = tokens + resized_position(self.model.pos_embed, grid)
        inside, across = _rotations(grid, self.model.blocks[0].attn.head_dim, tokens)
        maps: list[Tensor] = []
        of_view = tokens
        for number, block in enumerate(self.model.blocks):
            if number == self.shape.start:
                tokens = torch.cat([self.camera_token[:, :1].expand(len(x), -1, -1), tokens[:, 1:]], 1)
            is_across = number >= self.shape.start and number % 2 == 1
            rotation = across if is_across else inside
            tokens = _run_block(block, tokens, rotation if number >= self.shape.start else None)
            of_view = of_view if is_across else tokens
            if number in self.shape.out_indices:
                both = torch.cat([of_view, self.model.norm(tokens)], -1)
                maps.append(unflatten(both[:, 1:], grid))
        return maps


def _run_block(block: Any, tokens: Tensor, rotation: tuple[Tensor, Tensor] | None) -> Tensor:
    """Returns the tokens (N, P, C) after a block of timm's, its queries and keys rotated."""
    if rotation is None:
        plain: Tensor = block(tokens)
        return plain
    attention = block.attn
    count, length, width = tokens.shape
    joined = attention.qkv(block.norm1(tokens))
    split = joined.reshape(count, length, 3, attention.num_heads, attention.head_dim).permute(2, 0, 3, 1, 4)
    query, key, value = split.unbind(0)
    query = _rotate(attention.q_norm(query), rotation)
    key = _rotate(attention.k_norm(key), rotation)
    mixed = nnf.scaled_dot_product_attention(query, key, value).transpose(1, 2)
    tokens = tokens + block.ls1(attention.proj(mixed.reshape(count, length, width)))
    result: Tensor = tokens + block.ls2(block.mlp(block.norm2(tokens)))
    return result


def _rotations(
    grid: tuple[int, int], width: int, like: Tensor
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Returns cosine and sine (1 + h * w, width) of the tokens' angles, inside a view and across views.

    The first token is at position 0; patches count from 1, and are all at 1 for attention across views.
    """
    rows = torch.arange(1, grid[0] + 1, device=like.device).repeat_interleave(grid[1])
    columns = torch.arange(1, grid[1] + 1, device=like.device).repeat(grid[0])
    position = nnf.pad(torch.stack([rows, columns]), (1, 0))
    rate = FREQUENCY ** -(torch.arange(0, width // 2, 2, device=like.device) / (width // 2))

    def components(of: Tensor) -> tuple[Tensor, Tensor]:
        angle = (of[..., None] * rate).repeat(1, 1, 2)  # both halves of a row's or column's features
        both = torch.cat([angle[0], angle[1]], -1).to(like.dtype)
        return both.cos(), both.sin()

    return components(position), components(position.clamp(max=1))


def _rotate(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Returns queries or keys (N, heads, P, width) rotated; the first half by rows, the second by columns."""
    quarters = x.chunk(4, -1)
    turned = torch.cat([-quarters[1], quarters[0], -quarters[3], quarters[2]], -1)
    return x * rotation[0] + turned * rotation[1]
