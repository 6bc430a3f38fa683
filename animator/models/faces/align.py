"""Cuts faces out of an image, upright and at the size that networks take, and pastes them back."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from animator.images.camera import Matrix
from animator.images.grid import pixel_axes
from animator.images.resample import Border, Sampling, sample_colors
from animator.models.faces.face import SIDE, Landmarks

TEMPLATE: Landmarks = np.array(
    [
        (192.98138, 239.94708),
        (318.90277, 240.19360),
        (256.63416, 314.01935),
        (201.26117, 371.41043),
        (313.08905, 371.15118),
    ]
)
"""Where the networks were trained to have the points of a face: the mean face of FFHQ at 512 x 512 pixels."""
FADE = 0.1
"""Width of the soft edge of a pasted face, as a share of the side of the cut-out."""


def crop_from_image(landmarks: Landmarks) -> Matrix:
    """Returns the similarity transform that brings a face to `TEMPLATE`, float64 (3, 3).

    It turns, scales and shifts so that the sum of the squared distances is least (Umeyama 1991). With points
    as complex numbers, such a transform is `factor * point + shift`.
    """
    points, wanted = _complex(landmarks), _complex(TEMPLATE)
    offsets = points - points.mean()
    factor = np.vdot(offsets, wanted - wanted.mean()) / np.vdot(offsets, offsets).real
    shift = wanted.mean() - factor * points.mean()
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag], [0.0, 0.0, 1.0]]
    )


def cut_out(image: Tensor, crop: Matrix) -> Tensor:
    """Returns the face (3, `SIDE`, `SIDE`) of an image; beyond the image its edge is repeated.

    Args:
        image: (3, H, W), RGB in [0, 1].
        crop: From `crop_from_image`.
    """
    grid = _grid(np.linalg.inv(crop), _Region(0, 0, SIDE, SIDE), image)
    source = _shrink(image, _scale_of(crop))
    return sample_colors(source, grid, Border.REPLICATE, Sampling.BICUBIC)


def paste(image: Tensor, face: Tensor, crop: Matrix, share: float) -> Tensor:
    """Returns the image (3, H, W) with a face in its place; other pixels stay as they are, bit for bit.

    Args:
        image: (3, H, W), RGB in [0, 1].
        face: (3, `SIDE`, `SIDE`), RGB in [0, 1].
        crop: From `crop_from_image`.
        share: Share of the face in the result, 0 to 1; it fades toward the edge of the cut-out.
    """
    region = _region_of(crop, *image.shape[-2:])
    if region is None:
        return image
    grid = _grid(crop, region, face)
    source = _shrink(face, 1.0 / _scale_of(crop))
    upright = sample_colors(source, grid, Border.REPLICATE, Sampling.BICUBIC)
    result = image.clone()
    place = result[:, region.top : region.bottom, region.left : region.right]
    place.lerp_(upright, _mask(grid).mul_(share))
    return result


@dataclass(frozen=True)
class _Region:
    """A rectangle of pixels; the column `right` and the row `bottom` are not in it."""

    left: int
    top: int
    right: int
    bottom: int


def _region_of(crop: Matrix, height: int, width: int) -> _Region | None:
    """Returns the rectangle of an image in which a cut-out lies; None where it lies outside the image."""
    edges = (-0.5, SIDE - 0.5)
    x, y, _ = np.linalg.inv(crop) @ np.array([(x, y, 1.0) for x in edges for y in edges]).T
    left, right = max(int(np.floor(x.min())), 0), min(int(np.ceil(x.max())) + 1, width)
    top, bottom = max(int(np.floor(y.min())), 0), min(int(np.ceil(y.max())) + 1, height)
    return _Region(left, top, right, bottom) if left < right and top < bottom else None


def _grid(src_from_dst: NDArray[np.floating], region: _Region, source: Tensor) -> Tensor:
    """Returns where the pixels of a region are sampled in a source (3, H, W): (h, w, 2), normalized.

    Normalized positions hold for the source at any size.
    """
    height, width = source.shape[-2:]
    normal = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    corner = np.array([[1, 0, region.left], [0, 1, region.top], [0, 0, 1]])
    rows = (normal @ src_from_dst @ corner).tolist()
    x, y = pixel_axes(region.bottom - region.top, region.right - region.left, source.device)
    return torch.stack([x * rows[axis][0] + (y * rows[axis][1] + rows[axis][2]) for axis in (0, 1)], -1)


def _shrink(image: Tensor, scale: float) -> Tensor:
    """Returns the image (3, H, W) shrunk to the scale of its samples, so that fine detail does not alias.

    An image that will be enlarged is returned as it is.
    """
    if scale >= 1.0:
        return image
    size = [max(round(side * scale), 1) for side in image.shape[-2:]]
    shrunk = functional.interpolate(image.unsqueeze(0), size, mode="bicubic", antialias=True)
    return shrunk.squeeze(0)


def _mask(grid: Tensor) -> Tensor:
    """Returns the weights (h, w) of positions in a cut-out: 1 inside, falling smoothly to 0 at its edge."""
    inside = ((1.0 - grid.abs()) / (2 * FADE)).clamp_(0.0, 1.0)
    return (inside**2 * (3.0 - 2.0 * inside)).prod(-1)


def _scale_of(crop: Matrix) -> float:
    """Returns how many pixels of the cut-out a pixel of the image is wide."""
    return float(np.hypot(crop[0, 0], crop[1, 0]))


def _complex(points: Landmarks) -> NDArray[np.complex128]:
    return points[:, 0] + 1j * points[:, 1]
