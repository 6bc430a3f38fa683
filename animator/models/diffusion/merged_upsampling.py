"""Merges the last layers of TAESD's decoder into one: the same image for two thirds of the work.

Nearest-neighbor upsampling and two convolutions without an activation between them are linear. Together they
are one convolution at the small size, whose channels are the four output pixels of each input pixel.
"""

from typing import Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional

from animator.models.diffusion.tiling import tiling_of

_MERGED = 3  # layers
_PIXELS = 2  # output pixels per input pixel and side
_EDGE = 2  # input pixels that the outermost row of output pixels depends on
# Maps the five taps around an output pixel to the input pixels before, at and after it: one matrix (3, 5) for
# the first and one for the second output pixel of each input pixel.
_TAPS = torch.tensor(
    [
        [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]],
        [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]],
    ],
    dtype=torch.float32,
)


def merge_last_layers(decoder: Any) -> None:
    """Merges the last three layers of diffusers' `DecoderTiny` in place.

    Args:
        decoder: Decoder of any autoencoder; others than `DecoderTiny` are left unchanged.
    """
    layers = getattr(decoder, "layers", None)
    if not isinstance(layers, nn.Sequential) or len(layers) < _MERGED:
        return
    *before, upsample, first, second = layers
    if _is_nearest(upsample) and _is_3x3_same(first) and _is_3x3_same(second):
        decoder.layers = nn.Sequential(*before, MergedUpsampling(upsample, first, second))


class MergedUpsampling(nn.Module):
    """Upsampling by two followed by two 3 x 3 convolutions, computed as one convolution."""

    def __init__(self, upsample: nn.Upsample, first: nn.Conv2d, second: nn.Conv2d) -> None:
        """Computes the merged kernel in float32, then casts to the convolutions' dtype and device."""
        super().__init__()
        self.unmerged = nn.Sequential(upsample, first, second)
        channels = second.out_channels * _PIXELS**2
        self.conv = nn.Conv2d(first.in_channels, channels, 3, padding=1, padding_mode=first.padding_mode)
        kernel = _kernel(first.weight.float().cpu(), second.weight.float().cpu())
        self.conv.weight = nn.Parameter(kernel.detach())
        self.conv.bias = nn.Parameter(_bias(first, second).repeat_interleave(_PIXELS**2).detach())
        self.conv.to(first.weight.device, first.weight.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the image (N, C, 2 H, 2 W) of features (N, F, H, W).

        Edge pixels are computed again, where the second convolution has zero padding.
        """
        out = functional.pixel_shuffle(self.conv(x), _PIXELS)
        tiling = tiling_of(self.conv)
        if tiling in (False, "x"):
            out[..., :1, :] = self.unmerged(x[..., :_EDGE, :])[..., :1, :]
            out[..., -1:, :] = self.unmerged(x[..., -_EDGE:, :])[..., -1:, :]
        if tiling in (False, "y"):
            out[..., :1] = self.unmerged(x[..., :_EDGE])[..., :1]
            out[..., -1:] = self.unmerged(x[..., -_EDGE:])[..., -1:]
        return out


def _kernel(first: Tensor, second: Tensor) -> Tensor:
    """Returns the merged kernel (4 C, F, 3, 3) at the small size."""
    large = functional.conv2d(first.transpose(0, 1), second.flip(-1, -2), padding=2)  # (F, C, 5, 5)
    small = torch.einsum("focd,yrc,xsd->oyxfrs", large, _TAPS, _TAPS)
    return small.flatten(0, 2)


def _bias(first: nn.Conv2d, second: nn.Conv2d) -> Tensor:
    """Returns the merged bias (C,), valid away from the edges."""
    weight = second.weight.float().cpu()
    bias = torch.zeros(second.out_channels) if second.bias is None else second.bias.float().cpu()
    return bias if first.bias is None else bias + weight.sum((-1, -2)) @ first.bias.float().cpu()


def _is_nearest(layer: nn.Module) -> TypeGuard[nn.Upsample]:
    """Returns True for nearest-neighbor upsampling by two."""
    ramp = torch.arange(4.0).view(1, 1, 2, 2)
    repeated = ramp.repeat_interleave(_PIXELS, -1).repeat_interleave(_PIXELS, -2)
    return isinstance(layer, nn.Upsample) and torch.equal(layer(ramp), repeated)


def _is_3x3_same(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Returns True for a 3 x 3 convolution that keeps the size."""
    if not isinstance(layer, nn.Conv2d):
        return False
    plain = (layer.kernel_size, layer.padding, layer.stride, layer.dilation, layer.groups)
    return plain == ((3, 3), (1, 1), (1, 1), (1, 1), 1)
