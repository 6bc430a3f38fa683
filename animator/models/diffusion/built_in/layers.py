"""The layers of the built-in model's U-Net (Rombach et al. 2022), named as in diffusers' weights."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_NORM_EPS = 1e-6  # of the norm in front of an image transformer


class Resnet(nn.Module):
    """Two convolutions around the timestep's embedding, added to their input."""

    def __init__(self, channels: tuple[int, int], time_width: int, groups: int, eps: float) -> None:
        """Makes the layers.

        Args:
            channels: Input and output channels.
            time_width: Width of the timestep's embedding.
            groups: Groups of the norms.
            eps: What the norms add to the variance.
        """
        super().__init__()
        before, after = channels
        self.norm1 = nn.GroupNorm(groups, before, eps=eps)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_width, after)
        self.norm2 = nn.GroupNorm(groups, after, eps=eps)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(before, after, 1) if before != after else None

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """Returns features (N, C, h, w) of features, for the timestep's embedding (N, width)."""
        hidden = self.conv1(functional.silu(self.norm1(x)))
        hidden = hidden + self.time_emb_proj(functional.silu(time))[:, :, None, None]
        hidden = self.conv2(functional.silu(self.norm2(hidden)))
        residual = x if self.conv_shortcut is None else self.conv_shortcut(x)
        return torch.as_tensor(residual + hidden)


class Attention(nn.Module):
    """Multi-head attention of an image's features to themselves or to a text."""

    def __init__(self, width: int, heads: int, context_width: int) -> None:
        """Makes the layers; `context_width` is that of what is attended to."""
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context_width, width, bias=False)
        self.to_v = nn.Linear(context_width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """Returns tokens (N, T, width) that read what the context (N, U, context_width) says about them."""
        query, key, value = (
            made.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for made in (self.to_q(x), self.to_k(context), self.to_v(context))
        )
        read = functional.scaled_dot_product_attention(query, key, value)
        return torch.as_tensor(self.to_out[0](read.transpose(1, 2).flatten(2)))


class _GatedLinear(nn.Module):
    """A linear layer whose second half gates the first (Shazeer 2020)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, x: Tensor) -> Tensor:
        """Returns tokens (N, T, inner)."""
        kept, gate = self.proj(x).chunk(2, dim=-1)
        return torch.as_tensor(kept * functional.gelu(gate))


class FeedForward(nn.Module):
    """Two linear layers, the first of them gated."""

    def __init__(self, width: int) -> None:
        """Makes the layers, four times as wide between."""
        super().__init__()
        # As in the weights, where a dropout is between the two.
        self.net = nn.ModuleList([_GatedLinear(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x: Tensor) -> Tensor:
        """Returns tokens (N, T, width)."""
        return torch.as_tensor(self.net[2](self.net[0](x)))


class TransformerBlock(nn.Module):
    """Attention to the image, attention to the text, and a feed-forward network."""

    def __init__(self, width: int, heads: int, text_width: int) -> None:
        """Makes the layers."""
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, heads, width)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, heads, text_width)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        """Returns tokens (N, T, width)."""
        normed = self.norm1(x)
        x = self.attn1(normed, normed) + x
        x = self.attn2(self.norm2(x), text) + x
        return torch.as_tensor(self.ff(self.norm3(x)) + x)


class ImageTransformer(nn.Module):
    """A transformer block on the pixels of an image's features."""

    def __init__(self, width: int, heads: int, text_width: int, groups: int) -> None:
        """Makes the layers."""
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=_NORM_EPS)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, heads, text_width)])
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        """Returns features (N, C, h, w) that know the text (N, T, text_width)."""
        projected = self.proj_in(self.norm(x))
        tokens = projected.permute(0, 2, 3, 1).flatten(1, 2)
        tokens = self.transformer_blocks[0](tokens, text)
        hidden = tokens.unflatten(1, projected.shape[2:]).permute(0, 3, 1, 2).contiguous()
        return torch.as_tensor(self.proj_out(hidden) + x)


class Downsample(nn.Module):
    """Halves the size of features."""

    def __init__(self, channels: int) -> None:
        """Makes the convolution."""
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns features (N, C, h / 2, w / 2), rounded up."""
        return torch.as_tensor(self.conv(x))


class Upsample(nn.Module):
    """Doubles the size of features."""

    def __init__(self, channels: int) -> None:
        """Makes the convolution."""
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, size: torch.Size | None = None) -> Tensor:
        """Returns features of twice the height and width, or of those of `size`."""
        if size is None:
            return torch.as_tensor(self.conv(functional.interpolate(x, scale_factor=2.0)))
        return torch.as_tensor(self.conv(functional.interpolate(x, size=size)))
