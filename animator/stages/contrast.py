"""Contrast as a gain on brightness."""

from torch import Tensor


def contrast(picture: Tensor, factor: float) -> Tensor:
    """The picture (3, H, W) times a factor, kept within [0, 1]; the picture itself for 1.

    The reference lets 8-bit values wrap around above 255 (250 * 1.1 becomes 19); here they saturate.
    """
    if factor == 1.0:
        return picture
    return (picture * factor).clamp_(0.0, 1.0)
