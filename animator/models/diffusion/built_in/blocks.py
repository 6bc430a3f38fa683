"""The blocks of the built-in model's U-Net: `DownBlock`, `MidBlock`, `UpBlock`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from animator.models.diffusion.built_in.layers import Downsample, ImageTransformer, Resnet, Upsample


@dataclass(frozen=True)
class Block:
    """What the layers of a block have in common.

    Attributes:
        time_width: Width of the timestep's embedding.
        groups: Groups of the norms.
        eps: What the norms add to the variance.
        text_width: Width of the conditioning.
        heads: Attention heads; 0 for blocks without attention.
    """

    time_width: int
    groups: int
    eps: float
    text_width: int
    heads: int = 0

    def with_heads(self, heads: int) -> Block:
        """Returns the same with another number of attention heads."""
        return replace(self, heads=heads)

    def resnet(self, before: int, after: int) -> Resnet:
        """Makes a residual layer."""
        return Resnet((before, after), self.time_width, self.groups, self.eps)

    def attentions(self, width: int, count: int) -> nn.ModuleList | None:
        """Makes the image transformers; None for blocks without."""
        if not self.heads:
            return None
        return nn.ModuleList(
            ImageTransformer(width, self.heads, self.text_width, self.groups) for _ in range(count)
        )


class DownBlock(nn.Module):
    """Residual layers, each followed by attention if the block has it, and a downsampling."""

    def __init__(
        self, block: Block, channels: tuple[int, int], layers: int, *, has_downsampler: bool
    ) -> None:
        """Makes the layers; `channels` are those of input and output."""
        super().__init__()
        before, after = channels
        self.resnets = nn.ModuleList(
            block.resnet(before if index == 0 else after, after) for index in range(layers)
        )
        self.attentions = block.attentions(after, layers)
        self.downsamplers = nn.ModuleList([Downsample(after)]) if has_downsampler else None

    def forward(self, x: Tensor, time: Tensor, text: Tensor) -> list[Tensor]:
        """Returns the features behind each layer, for the skip connections."""
        outputs: list[Tensor] = []
        for index, resnet in enumerate(self.resnets):
            x = resnet(x, time)
            x = x if self.attentions is None else self.attentions[index](x, text)
            outputs.append(x)
        return [*outputs, *(downsampler(x) for downsampler in self.downsamplers or ())]


class MidBlock(nn.Module):
    """Attention between two residual layers."""

    def __init__(self, block: Block, width: int) -> None:
        """Makes the layers."""
        super().__init__()
        self.attentions = nn.ModuleList(
            [ImageTransformer(width, block.heads, block.text_width, block.groups)]
        )
        self.resnets = nn.ModuleList([block.resnet(width, width), block.resnet(width, width)])

    def forward(self, x: Tensor, time: Tensor, text: Tensor) -> Tensor:
        """Returns features (N, C, h, w)."""
        x = self.attentions[0](self.resnets[0](x, time), text)
        return torch.as_tensor(self.resnets[1](x, time))


class UpBlock(nn.Module):
    """Residual layers that each take a skip connection, attention, and an upsampling.

    Attributes:
        freeu: The four factors of FreeU; None while it is off.
    """

    def __init__(
        self, block: Block, channels: tuple[int, int, int], layers: int, index: int, *, has_upsampler: bool
    ) -> None:
        """Makes the layers.

        Args:
            block: What they have in common.
            channels: Of the last skip connection, the input and the output.
            layers: Number of residual layers.
            index: The block's place, counted from the middle; the first two are what FreeU changes.
            has_upsampler: False for the last block.
        """
        super().__init__()
        last_skip, before, after = channels
        skips = [after] * (layers - 1) + [last_skip]
        inputs = [before] + [after] * (layers - 1)
        self.resnets = nn.ModuleList(
            block.resnet(width + skip, after) for width, skip in zip(inputs, skips, strict=True)
        )
        self.attentions = block.attentions(after, layers)
        self.upsamplers = nn.ModuleList([Upsample(after)]) if has_upsampler else None
        self.freeu: Mapping[str, float] | None = None
        self._index = index

    def forward(
        self, x: Tensor, skips: Sequence[Tensor], time: Tensor, text: Tensor, size: torch.Size | None
    ) -> Tensor:
        """Returns features (N, C, h, w).

        Args:
            x: Features.
            skips: Features of the skip connections; the last is taken first.
            time: The timestep's embedding.
            text: The conditioning.
            size: Height and width to upsample to; None to double them.
        """
        for index, (resnet, skip) in enumerate(zip(self.resnets, reversed(skips), strict=True)):
            x = resnet(torch.cat(self._filtered(x, skip), dim=1), time)
            x = x if self.attentions is None else self.attentions[index](x, text)
        for upsampler in self.upsamplers or ():
            x = upsampler(x, size)
        return x

    def _filtered(self, x: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
        if self.freeu is None:
            return x, skip
        from diffusers.utils.torch_utils import apply_freeu  # loads diffusers, which takes seconds

        filtered: tuple[Tensor, Tensor] = apply_freeu(self._index, x, skip, **self.freeu)
        return filtered
