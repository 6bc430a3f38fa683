"""Classical inpainting: fills gaps from the known pixels around them.

One function per kind of gap: `extend_background` uses distances and prefers the background; `fill_smoothly`
blends the means of all scales, so that no scale leaves an edge in the image; `fill_from_coarse` takes the
finest scale with any known value, so that a known flow vector is never averaged with those farther away.
"""

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import pixel_axes

_CONFIDENCE_GAIN = 4.0
"""A mean with a quarter of its pixels known replaces the coarser ones."""
_MIN_WEIGHT = 1e-6


def extend_background(image: Tensor, z: Tensor, revealed: Tensor) -> Tensor:
    """Returns the image (3, H, W) with its revealed pixels filled from the nearest known ones on four sides.

    They are weighted by their closeness in the image and by the eighth power of their distance from the
    camera, since what comes into view belongs to the background.

    Args:
        image: (3, H, W), [0, 1].
        z: (H, W), distances, above 0; used at known pixels only.
        revealed: (H, W), 1 where the image is unknown, else 0.
    """
    known = revealed < 0.5
    height, width = known.shape
    axes = pixel_axes(height, width, z.device, torch.int32)
    columns, rows = (axis.expand_as(known) for axis in axes)
    beside = [(rows * width + nearest, steps) for nearest, steps in _nearest_known(known, columns, 1)]
    above_below = [(nearest * width + columns, steps) for nearest, steps in _nearest_known(known, rows, 0)]
    flat, away = image.flatten(1), torch.where(known, z, 0.0)
    closeness = away.div_(away.amax().clamp_min(1e-12)).square_().square_().square_().flatten()
    total = torch.zeros_like(image)
    weights = torch.full_like(z, 1e-35)
    for index, steps in (*beside, *above_below):
        weight = closeness.index_select(0, index.flatten()).view_as(z).div_(steps).div_(steps)
        total.addcmul_(flat.index_select(1, index.flatten()).view_as(image), weight)
        weights += weight
    return torch.where(known, image, total.div_(weights))


def fill_smoothly(image: Tensor, mask: Tensor) -> Tensor:
    """Returns the image (3, H, W) with the masked part replaced by the colors around it.

    Means of the pixels outside the mask are blended from coarse to fine, so that every pixel takes its color
    from the nearest ones that stay. A mask over everything gives mid-gray.

    Args:
        image: (3, H, W), [0, 1].
        mask: (1, H, W), [0, 1]; 1 where the image is replaced.
    """
    known = _with_weights(image, (mask < 0.5).to(image.dtype))
    height, width = image.shape[-2:]
    result = torch.full_like(image, 0.5)
    for halvings in reversed(range(max(height, width).bit_length())):
        small = functional.interpolate(
            known, (max(height >> halvings, 1), max(width >> halvings, 1)), mode="area"
        )
        spread = functional.interpolate(small, (height, width), mode="bilinear", align_corners=False)
        result = result.lerp(_mean(spread)[0], (spread[0, -1:] * _CONFIDENCE_GAIN).clamp(0.0, 1.0))
    return image.lerp(result, mask)


def is_between(gaps: Tensor) -> Tensor:
    """Returns the pixels (H, W), bool, of gaps that have known ones on opposite sides, in a row or a column.

    The others lie at the edges of the image.

    Args:
        gaps: (H, W), 1 where the image is unknown, else 0.
    """
    known = gaps < 0.5
    seen = [known.flip(axis).cummax(axis).values.flip(axis) & known.cummax(axis).values for axis in (0, 1)]
    return ~known & (seen[0] | seen[1])


def fill_from_coarse(values: Tensor, known: Tensor) -> Tensor:
    """Returns the values (C, H, W) with unknown ones filled from around, more coarsely the farther away.

    Args:
        values: (C, H, W), such as a flow.
        known: (H, W), 1 where they are known, else 0.
    """
    levels = [_with_weights(values, known.unsqueeze(0))]
    while max(levels[-1].shape[-2:]) > 1:
        levels.append(functional.avg_pool2d(levels[-1], 2, ceil_mode=True))
    guess = torch.zeros_like(levels[-1][:, :-1])
    for level in reversed(levels[1:]):
        guess = functional.interpolate(guess, level.shape[-2:], mode="bilinear", align_corners=False)
        guess = torch.where(level[:, -1:] > 0, _mean(level), guess)
    guess = functional.interpolate(guess, values.shape[-2:], mode="bilinear", align_corners=False)[0]
    return torch.where(known > 0, values, guess)


def _with_weights(values: Tensor, known: Tensor) -> Tensor:
    """Returns the values times `known` (1, H, W), and `known` as the last channel: (1, C + 1, H, W)."""
    return torch.cat((values * known, known)).unsqueeze(0)


def _mean(weighted: Tensor) -> Tensor:
    """Returns the weighted means (1, C, H, W) of pooled `_with_weights` values."""
    return weighted[:, :-1] / weighted[:, -1:].clamp_min(_MIN_WEIGHT)


def _nearest_known(known: Tensor, position: Tensor, axis: int) -> list[tuple[Tensor, Tensor]]:
    """Returns position of and steps (float) to the nearest known pixel, in both directions along an axis.

    Without a known pixel the steps are infinite; at known pixels they are 1.
    """
    size = known.shape[axis]
    before = torch.where(known, position, -1).cummax(axis).values
    after = torch.where(known, position, size).flip(axis).cummin(axis).values.flip(axis)
    steps_back = (position - before).to(torch.float32).masked_fill_(before < 0, torch.inf)
    steps_ahead = (after - position).to(torch.float32).masked_fill_(after >= size, torch.inf)
    return [
        (before.clamp_(min=0), steps_back.clamp_(min=1.0)),
        (after.clamp_(max=size - 1), steps_ahead.clamp_(min=1.0)),
    ]
