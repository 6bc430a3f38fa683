"""OpenCV's 8-bit HSV, hue in 0..179, on the image's device. Levels are int32 tensors (3, H, W)."""

import torch
from torch import Tensor

from animator.images.side_stream import to_device

_BITS = 12
_LANES = 32
"""OpenCV's vector code truncates; its scalar code, for the columns left over in each row, rounds."""


def hsv_levels_from_rgb(levels: Tensor) -> Tensor:
    """Returns hue (0..179), saturation and value (0..255), int32, of RGB levels (3, H, W), int32."""
    red, green, blue = levels
    value = levels.amax(0)
    chroma = value - levels.amin(0)
    sixths = torch.where(
        value == red,
        green - blue,
        torch.where(value == green, blue - red + 2 * chroma, red - green + 4 * chroma),
    )
    hue = _descale(sixths * _reciprocal(180 / 6, chroma))
    saturation = _descale(chroma * _reciprocal(255, value))
    return torch.stack((hue + 180 * (hue < 0), saturation, value))


def rgb_levels_from_hsv(hsv: Tensor) -> Tensor:
    """Returns RGB levels (3, H, W), int32, of 8-bit HSV (3, H, W), int32."""
    hue = hsv[0] * (6.0 / 180.0)
    saturation, value = hsv[1] * (1.0 / 255.0), hsv[2] * (1.0 / 255.0)
    sector = hue.floor()
    part = hue - sector
    full, none = value, value * (1.0 - saturation)
    falling, rising = value * (1.0 - saturation * part), value * (1.0 - saturation * (1.0 - part))
    choices = torch.stack((full, none, falling, rising))
    sector = torch.remainder(sector, 6.0).to(torch.int64)
    order = ((0, 2, 1, 1, 3, 0), (3, 0, 0, 2, 1, 1), (1, 1, 3, 0, 0, 2))  # red, green and blue in each sector
    planes = [_choose(choices, sector, row) for row in order]
    result = torch.stack(planes).mul_(255.0).clamp_(0.0, 255.0)
    tail = result.shape[-1] // _LANES * _LANES
    result[..., tail:].round_()
    return result.to(torch.int32)


def _choose(choices: Tensor, sector: Tensor, row: tuple[int, ...]) -> Tensor:
    table = to_device(torch.tensor(row), sector.device)
    return choices.gather(0, table[sector].unsqueeze(0)).squeeze(0)


def _reciprocal(scale: float, divisor: Tensor) -> Tensor:
    """Returns the quotient scale / divisor at scale 2^12, rounded to even; 0 for 0."""
    quotient = (scale * (1 << _BITS)) / divisor.clamp_min(1).to(torch.float32)
    return torch.where(divisor > 0, quotient.round(), 0.0).to(torch.int32)


def _descale(value: Tensor) -> Tensor:
    return (value + (1 << (_BITS - 1))) >> _BITS
