"""Filling gaps from what is known around them.

Three kinds of gaps, three ways: `extend_background` knows distances and prefers what lies farther away;
`fill_smoothly` blends the means of all scales, so that no edge of a scale shows in an image;
`fill_from_coarse` takes the finest scale that knows anything, so that a known vector of a flow is never
averaged with those farther off.
"""

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import pixel_axes

_CONFIDENCE_GAIN = 4.0
"""Where a quarter of a mean's pixels is known, it hides the coarser ones below it."""
_MIN_WEIGHT = 1e-6


def extend_background(image: Tensor, z: Tensor, revealed: Tensor) -> Tensor:
    """Returns the image (3, H, W) with its revealed pixels filled from the known ones left, right, above and below.

    The four are weighted by closeness in the image and by the eighth power of their distance from the
    camera: what comes into view belongs to the background.

    Args:
        image: (3, H, W), [0, 1].
        z: (H, W), distances, above 0; read at known pixels only.
        revealed: (H, W), 1 where nothing is known.
    """
    known = revealed < 0.5
    height, width = known.shape
    axes = pixel_axes(height, width, z.device, torch.int32)
    columns, rows = (axis.expand_as(known) for axis in axes)
    beside = [(rows * width + place, steps) for place, steps in _nearest_known(known, columns, 1)]
    above_below = [(place * width + columns, steps) for place, steps in _nearest_known(known, rows, 0)]
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
    """Returns the image with what a mask holds replaced by the colors around it.

    Means of what lies outside are laid one over the other, ever finer, so that every pixel takes its color
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


def fill_from_coarse(values: Tensor, known: Tensor) -> Tensor:
    """Returns the values with the unknown ones taken from around, coarse where that is far away.

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
    """Returns (1, C + 1, H, W): the values where they are known (1, H, W), else 0, and `known` itself."""
    return torch.cat((values * known, known)).unsqueeze(0)


def _mean(weighed: Tensor) -> Tensor:
    """Returns the values (1, C, H, W) of sums over `_weighed` pixels."""
    return weighed[:, :-1] / weighed[:, -1:].clamp_min(_MIN_WEIGHT)


def _nearest_known(known: Tensor, position: Tensor, axis: int) -> list[tuple[Tensor, Tensor]]:
    """For both directions along an axis: where the nearest known pixel is, and the steps to it, float.

    Where there is none the steps are endless; at known pixels they count as one.
    """
    size = known.shape[axis]
    before = torch.where(known, position, -1).cummax(axis).values
    after = torch.where(known, position, size).flip(axis).cummin(axis).values.flip(axis)
    steps_back = (position - before).to(torch.float32).masked_fill_(before < 0, torch.inf)
    steps_on = (after - position).to(torch.float32).masked_fill_(after >= size, torch.inf)
    return [
        (before.clamp_(min=0), steps_back.clamp_(min=1.0)),
        (after.clamp_(max=size - 1), steps_on.clamp_(min=1.0)),
    ]
