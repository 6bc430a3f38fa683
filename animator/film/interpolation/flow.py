"""Frame interpolation by optical flow in both directions, with occlusions taken from one side.

The flows of both images are splatted forward to the time wanted, where they are weighted by how well they
explain the images (softmax splatting, Niklaus and Liu 2020). Each pixel then takes its color from the images
at both ends of its path, and only from one end where it is occluded in the other.
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
"""Decay of a flow's weight with the difference of the colors that it joins, which are in [0, 1]."""
_OCCLUDED = 0.02
"""Weight of pixels occluded in the other image: enough to fill what nothing else reaches."""
_VISIBLE = 0.3
"""Splatted weight from which on a pixel counts as visible; an uncertain flow does not mean occlusion."""
_EMPTY = 1e-3
"""Splatted weight below which a pixel was not reached."""


@dataclass(frozen=True)
class FlowInterpolator:
    """Makes images between two along their optical flow.

    Attributes:
        flow: Flow model, called once in each direction.
    """

    flow: FlowModel

    @torch.inference_mode()
    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """Returns the images (3, H, W), [0, 1], between two; see `FrameInterpolator`."""
        forward, backward = self.flow(first, second), self.flow(second, first)
        sides = (_Side.of(first, second, forward, backward), _Side.of(second, first, backward, forward))
        return iter([_image_at(time, *sides) for time in times])


@dataclass(frozen=True, eq=False)
class _Side:
    """One of the two images.

    Attributes:
        image: (3, H, W).
        flow: (2, H, W) to the other image, filled in where it is not consistent.
        weight: (H, W), confidence of the flow.
    """

    image: Tensor
    flow: Tensor
    weight: Tensor

    @classmethod
    def of(cls, image: Tensor, other: Tensor, flow: Tensor, back: Tensor) -> "_Side":
        """Returns the side of an image, from its flow and the flow back."""
        confidence = consistency(flow, back)
        filled = fill_from_coarse(flow, confidence)
        error = (warp_by_flow(other, filled, -1.0) - image).abs().mean(0)
        weight = (torch.exp(-_SHARPNESS * error) * confidence).clamp_min(_OCCLUDED)
        return cls(image, filled, weight)


def _image_at(time: float, first: _Side, second: _Side) -> Tensor:
    """Returns the image (3, H, W) at a time."""
    flow0, reached0 = splat(first.flow, time * first.flow, first.weight)
    flow1, reached1 = splat(-second.flow, (1.0 - time) * second.flow, second.weight)
    reached = reached0 + reached1
    flow = (flow0 + flow1) / reached.clamp_min(_EMPTY)
    flow = fill_from_coarse(flow, (reached > 2 * _EMPTY).float())
    from_first = warp_by_flow(first.image, flow, time)
    from_second = warp_by_flow(second.image, flow, time - 1.0)
    weight0 = (1.0 - time) * _visibility(reached0)
    weight1 = time * _visibility(reached1)
    warped = (weight0 * from_first + weight1 * from_second) / (weight0 + weight1)
    faded = torch.lerp(first.image, second.image, time)
    return torch.lerp(warped, faded, _flow_failure(first, second, from_first, from_second))


def _visibility(reached: Tensor) -> Tensor:
    """Returns how far (H, W), above 0 up to 1, each pixel is visible in an image.

    Averaged over neighbors, or every crack between the splatted pixels would show as a fine line.
    """
    padded = functional.pad(reached[None, None], (2, 2, 2, 2), mode="replicate")
    return (functional.avg_pool2d(padded, 5, 1)[0, 0] / _VISIBLE).clamp(_EMPTY, 1.0)


def _flow_failure(first: _Side, second: _Side, from_first: Tensor, from_second: Tensor) -> Tensor:
    """Returns how much (H, W), 0 to 1, the flow matches colors worse than a fade does."""
    with_flow = _blur((from_first - from_second).abs().mean(0))
    without = _blur((first.image - second.image).abs().mean(0))
    return ((with_flow - without) / (without + 0.02)).clamp(0.0, 1.0)


def splat(values: Tensor, shift: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Splats values forward along a flow, bilinear.

    Args:
        values: Values (C, H, W).
        shift: Shift of each value (2, H, W), right and down, in pixels.
        weight: Weight of each value (H, W).

    Returns:
        The weighted sum of the values that reach each pixel (C, H, W), and the sum of their weights (H, W).
    """
    channels, height, width = values.shape
    columns, rows = pixel_axes(height, width, values.device, values.dtype)
    x, y = columns + shift[0], rows + shift[1]
    left, top = x.floor(), y.floor()
    weighted = torch.cat((values * weight, weight.unsqueeze(0))).reshape(channels + 1, -1)
    sums = torch.zeros((channels + 1, height * width), device=values.device, dtype=values.dtype)
    for across in (0, 1):
        for down in (0, 1):
            column, row = left + across, top + down
            overlap = (1.0 - (x - column).abs()) * (1.0 - (y - row).abs())
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            target = (row.clamp(0, height - 1) * width + column.clamp(0, width - 1)).long().reshape(-1)
            sums.index_add_(1, target, weighted * (overlap * inside).reshape(-1))
    return sums[:channels].reshape(values.shape), sums[channels].reshape(height, width)


def _blur(plane: Tensor) -> Tensor:
    """Returns the plane (H, W), averaged over 7 x 7 pixels."""
    padded = functional.pad(plane[None, None], (3, 3, 3, 3), mode="replicate")
    return functional.avg_pool2d(padded, 7, 1)[0, 0]
