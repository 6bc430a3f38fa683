"""MiDaS 2.1, DPT and Depth-Anything networks: an encoder, the decoder and a head."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.dino import PATCH, Dino
from animator.models.depth.backbones.tokens import resampler
from animator.models.depth.decoder import Decoded, Decoder, DecoderShape, Head


@dataclass(frozen=True)
class DptOutput:
    """Output of a DPT, including what ZoeDepth builds on.

    Attributes:
        inverse: Inverse depth (N, H, W).
        activations: Activations of the head's last hidden layer (N, 32, H, W).
        decoded: Output of the decoder.
    """

    inverse: Tensor
    activations: Tensor
    decoded: Decoded


class _Scratch(Decoder):
    """A decoder with its head."""

    def __init__(self, shape: DecoderShape, head: Head) -> None:
        super().__init__(shape)
        self.output_conv = head


class Dpt(nn.Module):
    """An encoder with a MiDaS decoder: relative inverse depth, larger = nearer."""

    def __init__(self, encoder: nn.Module, shape: DecoderShape, head: Head) -> None:
        super().__init__()
        self.pretrained = encoder
        self.scratch = _Scratch(shape, head)

    def forward(self, x: Tensor) -> Tensor:
        """Returns inverse depth (N, H, W) of normalized images (N, 3, H, W)."""
        return self.outputs(x).inverse

    def outputs(self, x: Tensor) -> DptOutput:
        """Returns inverse depth with the intermediate outputs."""
        decoded = self.scratch.merge(self.pretrained(x))
        inverse, activations = self.scratch.output_conv(decoded.merged[-1])
        return DptOutput(inverse, activations, decoded)


class _Enlarge(nn.Module):
    """Transposed convolution to twice the size, then batch normalization."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.c = nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, outputs, 2 H, 2 W)."""
        y: Tensor = self.bn(self.c(x))
        return y


class _LevitScratch(_Scratch):
    """A decoder and head with LeViT's stem in reverse between them."""

    def __init__(self, shape: DecoderShape, head: Head) -> None:
        super().__init__(shape, head)
        width = shape.widths[0]
        enlarge = {"0": _Enlarge(width, width // 2), "2": _Enlarge(width // 2, width // 4)}
        self.stem_transpose = nn.ModuleDict(enlarge)


class LevitDpt(nn.Module):
    """The LeViT variant of DPT: three levels, then the stem in reverse."""

    def __init__(self, encoder: nn.Module, shape: DecoderShape, head: Head) -> None:
        super().__init__()
        self.pretrained = encoder
        self.scratch = _LevitScratch(shape, head)

    def forward(self, x: Tensor) -> Tensor:
        """Returns inverse depth (N, 224, 224) of normalized images (N, 3, 224, 224)."""
        y = self.scratch.merge(self.pretrained(x)).merged[-1]
        for step in self.scratch.stem_transpose.values():
            y = nnf.hardswish(step(y))
        inverse: Tensor = self.scratch.output_conv(y)[0]
        return inverse


def output_layers(inputs: int, outputs: int) -> nn.ModuleDict:
    """Returns the two convolutions at the end of a Depth-Anything head; see `last_layers`."""
    return nn.ModuleDict({"0": nn.Conv2d(inputs, 32, 3, padding=1), "2": nn.Conv2d(32, outputs, 1)})


class _DepthAnythingScratch(Decoder):
    """A decoder with the two parts of its head."""

    def __init__(self, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__(DecoderShape(outputs, (width,) * 4))
        self.output_conv1 = nn.Conv2d(width, width // 2, 3, padding=1)
        self.output_conv2 = output_layers(width // 2, 1)


class DepthAnythingHead(nn.Module):
    """`depth_head` of the Depth-Anything files."""

    def __init__(self, inputs: int, outputs: tuple[int, int, int, int], width: int) -> None:
        """Builds the head.

        Args:
            inputs: Channels of the encoder's feature maps.
            outputs: Channels of the decoder's four inputs.
            width: Channels inside the decoder.
        """
        super().__init__()
        self.projects = nn.ModuleList(nn.Conv2d(inputs, n, 1) for n in outputs)
        factors = zip(outputs, (4, 2, 1, 0.5), strict=True)
        self.resize_layers = nn.ModuleList(resampler(n, factor) for n, factor in factors)
        self.scratch = _DepthAnythingScratch(outputs, width)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Returns raw depth (N, H, W), unbounded, from four feature maps (N, C, H / 14, W / 14)."""
        return last_layers(self.scratch.output_conv2, self.activations(maps))[:, 0]

    def activations(self, maps: list[Tensor]) -> Tensor:
        """Returns what the last layers get (N, width / 2, H, W) from the same feature maps."""
        resized = [r(p(m)) for m, p, r in zip(maps, self.projects, self.resize_layers, strict=True)]
        merged = self.scratch.merge(resized).merged[-1]
        return self.enlarged(merged, (maps[0].shape[-2], maps[0].shape[-1]))

    def enlarged(self, merged: Tensor, grid: tuple[int, int]) -> Tensor:
        """Returns what the last layers get (N, width / 2, H, W) from the fused map of a grid of patches."""
        size = [PATCH * n for n in grid]
        return nnf.interpolate(
            self.scratch.output_conv1(merged), size=size, mode="bilinear", align_corners=True
        )


def last_layers(layers: nn.ModuleDict, activations: Tensor) -> Tensor:
    """Returns the outputs (N, C, H, W) of the two convolutions at the end of a head."""
    values: Tensor = layers["2"](nnf.relu(layers["0"](activations)))
    return values


class DepthAnything(nn.Module):
    """Depth-Anything 1 and 2: inverse depth, or meters for the metric versions."""

    def __init__(
        self, encoder: Dino, outputs: tuple[int, int, int, int], width: int, *, max_depth: float | None = None
    ) -> None:
        super().__init__()
        self.pretrained = encoder
        self.depth_head = DepthAnythingHead(encoder.model.embed_dim, outputs, width)
        self.max_depth = max_depth

    def forward(self, x: Tensor) -> Tensor:
        """Returns inverse depth, or meters up to `max_depth` (N, H, W), of normalized images (N, 3, H, W)."""
        value = self.depth_head(self.pretrained(x))
        return nnf.relu(value) if self.max_depth is None else torch.sigmoid(value) * self.max_depth
