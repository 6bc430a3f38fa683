"""Attention over the images of a film, at each pixel alone (AnimateDiff's, arXiv 2307.04725).

Attribute names follow those of the released files.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

HEADS = 8
GROUPS = 32


class TemporalModule(nn.Module):
    """Adds to each feature what attention finds at the same pixel of the other images."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width)
        self.attention_blocks = nn.ModuleList(_TemporalAttention(width) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.ff = _GatedFeedForward(width)
        self.ff_norm = nn.LayerNorm(width)
        self.proj_out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Returns feature maps (T, C, h, w) of T images, in the order of time."""
        # Attention runs over time, so pixels become its batch.
        tokens = self.proj_in(self.norm(x).permute(2, 3, 0, 1).flatten(0, 1))
        for attend, norm in zip(self.attention_blocks, self.norms, strict=True):
            tokens = tokens + attend(norm(tokens))
        tokens = tokens + self.ff(self.ff_norm(tokens))
        added: Tensor = self.proj_out(tokens)
        height, width = x.shape[-2:]
        return x + added.reshape(height, width, *added.shape[1:]).permute(2, 3, 0, 1)


class _TemporalAttention(nn.Module):
    """Self-attention over time, with absolute positions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(width, width, bias=False)
        self.to_v = nn.Linear(width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x: Tensor) -> Tensor:
        """Returns the same shape (P, T, C)."""
        x = x + positions(x.shape[1], x.shape[2], x)
        query, key, value = (
            layer(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for layer in (self.to_q, self.to_k, self.to_v)
        )
        mixed = nnf.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        result: Tensor = self.to_out[0](mixed)
        return result


class _GatedFeedForward(nn.Module):
    """Two layers with a gated GELU between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.ModuleDict(
            {"0": nn.ModuleDict({"proj": nn.Linear(width, 8 * width)}), "2": nn.Linear(4 * width, width)}
        )

    def forward(self, x: Tensor) -> Tensor:
        """Returns the same shape."""
        values, gate = self.net["0"]["proj"](x).chunk(2, -1)  # type: ignore[index]  # a ModuleDict
        result: Tensor = self.net["2"](values * nnf.gelu(gate))
        return result


def positions(count: int, width: int, like: Tensor) -> Tensor:
    """Returns the sinusoidal embedding (count, width) of positions in time, sines and cosines in turn."""
    even = torch.arange(0, width, 2, device=like.device)
    rate = torch.exp(even * (-math.log(10000.0) / width))
    angle = torch.arange(count, device=like.device)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1).to(like.dtype)
