"""Has convolutions wrap around the edges of an image, so that they fit together: `set_tiling`."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from torch import Tensor, nn
from torch.nn import functional

from animator.models.diffusion.request import Tiling


def set_tiling(parts: Iterable[Any], tiling: Tiling) -> None:
    """Switches the padding of all convolutions between zeros and the opposite edge.

    Args:
        parts: Modules that have the same tiling so far.
        tiling: The edges that are to fit together.
    """
    for part in parts:
        for module in part.modules():
            if isinstance(module, nn.Conv2d):
                if tiling_of(module) == tiling:
                    break  # all others have it too
                _set(module, tiling)


def tiling_of(conv: nn.Conv2d) -> Tiling:
    """Returns the edges that a convolution makes fit together."""
    along = vars(conv).get("_conv_forward")
    if along is not None:
        return "x" if along.keywords["axis"] == "x" else "y"
    return conv.padding_mode == "circular"


def _set(conv: nn.Conv2d, tiling: Tiling) -> None:
    vars(conv).pop("_conv_forward", None)
    conv.padding_mode = "circular" if tiling is True else "zeros"
    if tiling in ("x", "y") and isinstance(tiling, str):
        # Torch has one padding mode for both axes.
        vars(conv)["_conv_forward"] = partial(_conv_along, conv, axis=tiling)


def _conv_along(
    conv: nn.Conv2d, x: Tensor, weight: Tensor, bias: Tensor | None, *, axis: Literal["x", "y"]
) -> Tensor:
    """Returns a convolution that wraps around along one axis and pads with zeros along the other."""
    high, wide = (int(side) for side in conv.padding)
    around, zeros = ((wide, wide, 0, 0), (high, 0)) if axis == "x" else ((0, 0, high, high), (0, wide))
    padded = functional.pad(x, around, mode="circular") if any(around) else x
    return functional.conv2d(padded, weight, bias, conv.stride, zeros, conv.dilation, conv.groups)
