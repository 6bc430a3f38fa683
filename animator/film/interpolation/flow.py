"""Images between two, by optical flow both ways: what moves is moved, what is covered comes from one side.

The flows of both images are thrown forward to the moment wanted, where they meet and are weighted by how
well they explain the images (softmax splatting, Niklaus and Liu 2020); each pixel then takes its color
from the images at both ends of its path, and only from one end where the other does not show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import pixel_axes
from animator.images.inpaint import fill_from_coarse
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import consistency, warp_by_flow

_SHARPNESS = 20.0
"""How fast the weight of a flow falls with the error of the colors it joins, which are in [0, 1]."""
_HIDDEN = 0.02
"""Weight of what the other image does not show: enough to fill what nothing else reaches."""
_SHOWN = 0.3
"""Weight from which on a pixel counts as shown: doubts of a flow say nothing about what is hidden."""
_LEAST = 1e-3
"""Below this weight nothing has arrived at a pixel."""


@dataclass(frozen=True)
class FlowBetween:
    """Makes images between two along their optical flow.

    Attributes:
        flow: The estimator, which is asked once in each direction.
    """

    flow: FlowModel

    @torch.inference_mode()
    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """The images (3, H, W), [0, 1], between two; see `Inbetween`."""
        there, back = self.flow(first, second), self.flow(second, first)
        sides = (_Side.of(first, second, there, back), _Side.of(second, first, back, there))
        return iter([_at(time, *sides) for time in times])


@dataclass(frozen=True, eq=False)
class _Side:
    """One of the two images.

    Attributes:
        image: (3, H, W).
        flow: (2, H, W) to the other image, mended where it cannot be trusted.
        weight: (H, W), how far its pixels' flow is to be believed.
    """

    image: Tensor
    flow: Tensor
    weight: Tensor

    @classmethod
    def of(cls, image: Tensor, other: Tensor, flow: Tensor, back: Tensor) -> "_Side":
        """The side, from its flow and the other's."""
        trusted = consistency(flow, back)
        mended = fill_from_coarse(flow, trusted)
        error = (warp_by_flow(other, mended, -1.0) - image).abs().mean(0)
        weight = (torch.exp(-_SHARPNESS * error) * trusted).clamp_min(_HIDDEN)
        return cls(image, mended, weight)


def _at(time: float, first: _Side, second: _Side) -> Tensor:
    """The image (3, H, W) at a moment."""
    flow0, arrived0 = splat(first.flow, time * first.flow, first.weight)
    flow1, arrived1 = splat(-second.flow, (1.0 - time) * second.flow, second.weight)
    arrived = arrived0 + arrived1
    flow = (flow0 + flow1) / arrived.clamp_min(_LEAST)
    flow = fill_from_coarse(flow, (arrived > 2 * _LEAST).float())
    from_first = warp_by_flow(first.image, flow, time)
    from_second = warp_by_flow(second.image, flow, time - 1.0)
    share0 = (1.0 - time) * _seen(arrived0)
    share1 = time * _seen(arrived1)
    moved = (share0 * from_first + share1 * from_second) / (share0 + share1)
    faded = torch.lerp(first.image, second.image, time)
    return torch.lerp(moved, faded, _unexplained(first, second, from_first, from_second, faded=faded))


def _seen(arrived: Tensor) -> Tensor:
    """How far (H, W), above 0 up to 1, an image shows what is at each pixel.

    Averaged over neighbors, or every crack between the pixels thrown would show as a fine line.
    """
    padded = functional.pad(arrived[None, None], (2, 2, 2, 2), mode="replicate")
    return (functional.avg_pool2d(padded, 5, 1)[0, 0] / _SHOWN).clamp(_LEAST, 1.0)


def _unexplained(first: _Side, second: _Side, *moved: Tensor, faded: Tensor) -> Tensor:
    """Where (H, W), 0 to 1, the flow joins colors worse than no motion would: there a fade is safer."""
    with_flow = _blurred((moved[0] - moved[1]).abs().mean(0))
    without = _blurred((first.image - second.image).abs().mean(0))
    return ((with_flow - without) / (without + 0.02)).clamp(0.0, 1.0)


def splat(values: Tensor, shift: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """What arrives at each pixel when values are thrown along a flow, bilinear.

    Args:
        values: (C, H, W).
        shift: (2, H, W), how far each is thrown (right, down), pixels.
        weight: (H, W), how much each counts.

    Returns:
        The weighted sum of the values (C, H, W), and the sum of their weights (H, W).
    """
    channels, height, width = values.shape
    columns, rows = pixel_axes(height, width, values.device, values.dtype)
    x, y = columns + shift[0], rows + shift[1]
    left, top = x.floor(), y.floor()
    thrown = torch.cat((values * weight, weight.unsqueeze(0))).reshape(channels + 1, -1)
    sums = torch.zeros((channels + 1, height * width), device=values.device, dtype=values.dtype)
    for across in (0, 1):
        for down in (0, 1):
            column, row = left + across, top + down
            share = (1.0 - (x - column).abs()) * (1.0 - (y - row).abs())
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            place = (row.clamp(0, height - 1) * width + column.clamp(0, width - 1)).long().reshape(-1)
            sums.index_add_(1, place, thrown * (share * inside).reshape(-1))
    return sums[:channels].reshape(values.shape), sums[channels].reshape(height, width)


def _blurred(plane: Tensor) -> Tensor:
    """The plane (H, W), averaged over 7 x 7 pixels."""
    padded = functional.pad(plane[None, None], (3, 3, 3, 3), mode="replicate")
    return functional.avg_pool2d(padded, 7, 1)[0, 0]
