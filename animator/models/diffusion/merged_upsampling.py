"""The last layers of a tiny autoencoder's decoder as one: a third of its work saved, the same image.

Upsampling by repetition and two convolutions after it without an activation between them are linear. Together
they are one convolution at the small size whose channels are the four pixels of each small one.
"""

from typing import Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional

_MERGED = 3  # layers
_PIXELS = 2  # per small pixel and side
_EDGE = 2  # small pixels from which the outermost row of pixels follows
# Which of the five pixels around one at the large size, from two before to two after it, lie in the small
# pixel before its own, in its own and in the next: for the first and for the second of the two in each.
_LANDS = torch.tensor(
    [
        [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]],
        [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]],
    ],
    dtype=torch.float32,
)


def merge_last_layers(decoder: Any) -> None:
    """Merges the last three layers of diffusers' `DecoderTiny` in place, where they are of that kind.

    Args:
        decoder: Of any autoencoder; all others stay as they are.
    """
    layers = getattr(decoder, "layers", None)
    if not isinstance(layers, nn.Sequential) or len(layers) < _MERGED:
        return
    *before, upsample, first, second = layers
    if _is_repetition(upsample) and _is_plain(first) and _is_plain(second):
        decoder.layers = nn.Sequential(*before, MergedUpsampling(upsample, first, second))


class MergedUpsampling(nn.Module):
    """An upsampling by two and two 3 x 3 convolutions, computed as one."""

    def __init__(self, upsample: nn.Upsample, first: nn.Conv2d, second: nn.Conv2d) -> None:
        """Computes the kernel in single precision, then takes over the convolutions' dtype and device."""
        super().__init__()
        self.apart = nn.Sequential(upsample, first, second)
        channels = second.out_channels * _PIXELS**2
        self.conv = nn.Conv2d(first.in_channels, channels, 3, padding=1, padding_mode=first.padding_mode)
        kernel = _kernel(first.weight.float().cpu(), second.weight.float().cpu())
        self.conv.weight = nn.Parameter(kernel.detach())
        self.conv.bias = nn.Parameter(_bias(first, second).repeat_interleave(_PIXELS**2).detach())
        self.conv.to(first.weight.device, first.weight.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """The image (N, C, 2 H, 2 W) of features (N, F, H, W)."""
        out = functional.pixel_shuffle(self.conv(x), _PIXELS)
        if self.conv.padding_mode == "zeros":
            self._mend_edges(x, out)
        return out

    def _mend_edges(self, x: Tensor, out: Tensor) -> None:
        """The second convolution saw zeros beyond the edge, not what the first would have made there."""
        out[..., :1, :] = self.apart(x[..., :_EDGE, :])[..., :1, :]
        out[..., -1:, :] = self.apart(x[..., -_EDGE:, :])[..., -1:, :]
        out[..., :1] = self.apart(x[..., :_EDGE])[..., :1]
        out[..., -1:] = self.apart(x[..., -_EDGE:])[..., -1:]


def _kernel(first: Tensor, second: Tensor) -> Tensor:
    """The kernel (4 C, F, 3, 3) of both, one after the other, at the small size."""
    large = functional.conv2d(first.transpose(0, 1), second.flip(-1, -2), padding=2)  # (F, C, 5, 5)
    small = torch.einsum("focd,yrc,xsd->oyxfrs", large, _LANDS, _LANDS)
    return small.flatten(0, 2)


def _bias(first: nn.Conv2d, second: nn.Conv2d) -> Tensor:
    """What both add to the image (C,) away from its edges."""
    weight = second.weight.float().cpu()
    bias = torch.zeros(second.out_channels) if second.bias is None else second.bias.float().cpu()
    return bias if first.bias is None else bias + weight.sum((-1, -2)) @ first.bias.float().cpu()


def _is_repetition(layer: nn.Module) -> TypeGuard[nn.Upsample]:
    """True for an upsampling that repeats each pixel twice along both sides."""
    ramp = torch.arange(4.0).view(1, 1, 2, 2)
    repeated = ramp.repeat_interleave(_PIXELS, -1).repeat_interleave(_PIXELS, -2)
    return isinstance(layer, nn.Upsample) and torch.equal(layer(ramp), repeated)


def _is_plain(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    """True for a 3 x 3 convolution that keeps the size."""
    if not isinstance(layer, nn.Conv2d):
        return False
    plain = (layer.kernel_size, layer.padding, layer.stride, layer.dilation, layer.groups)
    return plain == ((3, 3), (1, 1), (1, 1), (1, 1), 1)
