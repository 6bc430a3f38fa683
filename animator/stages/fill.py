"""Fills what a move of the camera reveals with the background around it."""

import torch
from torch import Tensor


def extend_background(picture: Tensor, z: Tensor, revealed: Tensor) -> Tensor:
    """The picture (3, H, W) with its revealed pixels filled from the known ones left, right, above and below.

    The four are weighted by closeness in the picture and by the eighth power of their distance from the
    camera: what comes into view belongs to the background.

    Args:
        picture: (3, H, W), [0, 1].
        z: (H, W), distances, above 0; read at known pixels only.
        revealed: (H, W), 1 where nothing is known.
    """
    known = revealed < 0.5
    height, width = known.shape
    rows = torch.arange(height, device=z.device, dtype=torch.int32).unsqueeze(1).expand_as(known)
    columns = torch.arange(width, device=z.device, dtype=torch.int32).expand_as(known)
    beside = [(rows * width + place, steps) for place, steps in _nearest(known, columns, 1)]
    above_below = [(place * width + columns, steps) for place, steps in _nearest(known, rows, 0)]
    flat, away = picture.flatten(1), torch.where(known, z, 0.0)
    closeness = away.div_(away.amax().clamp_min(1e-12)).square_().square_().square_().flatten()
    total = torch.zeros_like(picture)
    weights = torch.full_like(z, 1e-35)
    for index, steps in (*beside, *above_below):
        weight = closeness.index_select(0, index.flatten()).view_as(z).div_(steps).div_(steps)
        total.addcmul_(flat.index_select(1, index.flatten()).view_as(picture), weight)
        weights += weight
    return torch.where(known, picture, total.div_(weights))


def _nearest(known: Tensor, position: Tensor, axis: int) -> list[tuple[Tensor, Tensor]]:
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
