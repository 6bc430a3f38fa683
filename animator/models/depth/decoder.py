"""The decoder of MiDaS, DPT and Depth-Anything: fuses an encoder's feature maps from coarse to fine.

Attribute names are those of the released files, so that their keys need no renaming.
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as nnf


@dataclass(frozen=True)
class Decoded:
    """Output of the decoder.

    Attributes:
        coarsest: The coarsest feature map after its first convolution (N, C, h, w).
        merged: The fused maps, coarsest first; the last is twice as large as the finest feature map.
    """

    coarsest: Tensor
    merged: tuple[Tensor, ...]


class ResidualUnit(nn.Module):
    """Two convolutions with a skip connection.

    MiDaS 2.1 applies its first ReLU in place, so the skip connection carries the rectified input; its weights
    were trained that way.
    """

    def __init__(self, width: int, *, rectified_shortcut: bool) -> None:
        super().__init__()
        self.rectified_shortcut = rectified_shortcut
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the same shape."""
        rectified = nnf.relu(x)
        y: Tensor = self.conv2(nnf.relu(self.conv1(rectified)))
        return y + (rectified if self.rectified_shortcut else x)


@dataclass(frozen=True)
class DecoderShape:
    """The shape of a decoder.

    Attributes:
        inputs: Channels of the encoder's maps, finest first.
        widths: Channels at each level inside the decoder.
        out_conv: True if a convolution follows each upsampling.
        rectified_shortcut: See `ResidualUnit`.
    """

    inputs: tuple[int, ...]
    widths: tuple[int, ...]
    out_conv: bool = True
    rectified_shortcut: bool = False


class Fusion(nn.Module):
    """Adds the next finer feature map to the fused map, refines it, and upsamples it."""

    def __init__(self, shape: DecoderShape, level: int) -> None:
        super().__init__()
        width, rectified = shape.widths[level], shape.rectified_shortcut
        if level < len(shape.widths) - 1:
            self.resConfUnit1 = ResidualUnit(width, rectified_shortcut=rectified)
        self.resConfUnit2 = ResidualUnit(width, rectified_shortcut=rectified)
        self.out_conv = (
            nn.Conv2d(width, shape.widths[max(level - 1, 0)], 1) if shape.out_conv else nn.Identity()
        )

    def forward(self, merged: Tensor | None, skip: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns (N, C', *size) from the fused map, None at the coarsest level, and the feature map."""
        y = skip if merged is None else merged + self.resConfUnit1(skip)
        # The original upsamples first: the same result for a pointwise convolution, at four times the cost.
        y = self.out_conv(self.resConfUnit2(y))
        return nnf.interpolate(y, size=size, mode="bilinear", align_corners=True)


class Decoder(nn.Module):
    """`scratch` of the released files, without the head."""

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.levels = len(shape.inputs)
        for level, (inputs, width) in enumerate(zip(shape.inputs, shape.widths, strict=True)):
            self.add_module(f"layer{level + 1}_rn", nn.Conv2d(inputs, width, 3, padding=1, bias=False))
            self.add_module(f"refinenet{level + 1}", Fusion(shape, level))

    def merge(self, maps: list[Tensor]) -> Decoded:
        """Fuses the encoder's feature maps (finest first)."""
        skips = [self.skip(level, m) for level, m in enumerate(maps, start=1)]
        merged: list[Tensor] = []
        for level in range(self.levels, 0, -1):
            finer = skips[level - 2] if level > 1 else None
            merged.append(self.fuse(level, merged[-1] if merged else None, skips[level - 1], finer))
        return Decoded(skips[-1], tuple(merged))

    def skip(self, level: int, features: Tensor) -> Tensor:
        """Returns the encoder's feature map (N, C, h, w) of a level, the finest is 1, in its width."""
        mapped: Tensor = self.get_submodule(f"layer{level}_rn")(features)
        return mapped

    def fuse(self, level: int, merged: Tensor | None, skip: Tensor, finer: Tensor | None) -> Tensor:
        """Returns the fused map of a level in the size of the next finer one.

        Args:
            level: The level; the finest is 1.
            merged: Of the level before; None at the coarsest.
            skip: Of this level, from `skip`.
            finer: Of the next finer level; None at the finest, where the size is doubled.
        """
        height, width = skip.shape[-2:] if finer is None else finer.shape[-2:]
        size = (height, width) if finer is not None else (2 * height, 2 * width)
        fused: Tensor = self.get_submodule(f"refinenet{level}")(merged, skip, size)
        return fused


class Head(nn.ModuleDict):
    """`output_conv` of the released files: one channel at twice the size; keys are the layers' numbers."""

    def __init__(self, inputs: int, middle: int, hidden: int, *, align_corners: bool) -> None:
        steps = {
            "0": nn.Conv2d(inputs, middle, 3, padding=1),
            "2": nn.Conv2d(middle, hidden, 3, padding=1),
            "4": nn.Conv2d(hidden, 1, 1),
        }
        super().__init__(steps)
        self.align_corners = align_corners

    def forward(self, merged: Tensor) -> tuple[Tensor, Tensor]:
        """Returns inverse depth (N, H, W), at least 0, and the activations (N, hidden, H, W) before it."""
        y = nnf.interpolate(
            self["0"](merged), scale_factor=2, mode="bilinear", align_corners=self.align_corners
        )
        activations = nnf.relu(self["2"](y))
        return nnf.relu(self["4"](activations))[:, 0], activations
