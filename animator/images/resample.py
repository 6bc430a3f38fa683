"""Resampling at fractional positions: the sampler of every warp.

Positions are normalized as `torch.nn.functional.grid_sample` expects with `align_corners=False`:
-1 and 1 are the outer edges of the outermost pixels. No function synchronizes with the device. On the CPU,
OpenCV reads bilinear, bicubic and steady, tile by tile.
"""

from enum import Enum

import cv2
import torch
from torch import Tensor
from torch.nn import functional

from animator.images import opencv
from animator.images.tile_positions import GridPositions
from animator.images.tiles import Kernel, Reading, eased, read_tiles

_CUBIC_SHARE = 0.6  # of steady; the rest is bilinear


class Border(str, Enum):
    """Border mode: what is sampled beyond the edge of an image."""

    REPLICATE = "replicate"
    WRAP = "wrap"
    REFLECT = "reflect"  # the edge pixel is repeated, as PyTorch has it
    MIRROR = "mirror"  # the edge pixel is the axis, as OpenCV has it
    ZEROS = "zeros"


class Sampling(str, Enum):
    """Interpolation between pixels.

    A film resamples its own images again and again. Bilinear loses detail each time. Bicubic (PyTorch's and
    Deforum's, a = -0.75) and Lanczos amplify some frequencies by up to 2.9 and 2.7 % each time, which rings
    after a few dozen times: they suit images that are resampled once. Steady (close to Catmull-Rom)
    amplifies none and keeps nearly as much.
    """

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    STEADY = "steady"
    LANCZOS = "lanczos"


_PADDING = {
    Border.REPLICATE: "border",
    Border.REFLECT: "reflection",
    Border.MIRROR: "reflection",
    Border.ZEROS: "zeros",
}
_REACH = {
    Sampling.NEAREST: 1,
    Sampling.BILINEAR: 1,
    Sampling.BICUBIC: 2,
    Sampling.STEADY: 2,
    Sampling.LANCZOS: 3,
}
_OPENCV_BORDER: dict[Border, int] = {
    Border.REPLICATE: cv2.BORDER_REPLICATE,
    Border.WRAP: cv2.BORDER_WRAP,
    Border.REFLECT: cv2.BORDER_REFLECT,
    Border.MIRROR: cv2.BORDER_REFLECT_101,
    Border.ZEROS: cv2.BORDER_CONSTANT,
}
_KERNELS = {
    Sampling.BILINEAR: (Kernel(opencv.LINEAR),),
    Sampling.BICUBIC: (Kernel(opencv.CUBIC),),
    Sampling.STEADY: (
        Kernel(opencv.CUBIC),
        Kernel(opencv.LINEAR, 1 - _CUBIC_SHARE, is_eased=True),
    ),
}
"""Of the samplings that OpenCV reads."""


def sample(image: Tensor, grid: Tensor, border: Border, sampling: Sampling) -> Tensor:
    """Returns the image (3, h, w) sampled at the positions of a grid.

    Args:
        image: (3, H, W), float32.
        grid: (h, w, 2), float32, normalized (x, y); -1 and 1 are the image's outer edges.
        border: What is sampled beyond the edge.
        sampling: Bicubic and Lanczos overshoot at edges; clamp the result if it must stay in [0, 1].

    Returns:
        (3, h, w), float32.
    """
    return _sample(image, grid, border, sampling, is_clamped=False)


def sample_colors(image: Tensor, grid: Tensor, border: Border, sampling: Sampling) -> Tensor:
    """Returns what `sample` does, clamped to [0, 1]."""
    return _sample(image, grid, border, sampling, is_clamped=True)


def can_read_tiles(image: Tensor, sampling: Sampling) -> bool:
    """Returns True if `tiles` can sample an image (C, H, W), for a result of its size."""
    return sampling in _KERNELS and opencv.can_read(image, image.shape[-2:])


def color_reading(border: Border, sampling: Sampling) -> Reading:
    """Returns how `tiles` samples as `sample_colors` does; see `can_read_tiles`."""
    return Reading(_KERNELS[sampling], _OPENCV_BORDER[border], is_clamped=True)


def _sample(image: Tensor, grid: Tensor, border: Border, sampling: Sampling, *, is_clamped: bool) -> Tensor:
    if sampling in _KERNELS and opencv.can_remap(image, grid):
        reading = Reading(_KERNELS[sampling], _OPENCV_BORDER[border], is_clamped)
        positions = GridPositions(grid, (image.shape[-2], image.shape[-1]))
        return read_tiles(image, (grid.shape[0], grid.shape[1]), positions, reading)
    read = _sample_by_pytorch(image, grid, border, sampling)
    return read.clamp_(0.0, 1.0) if is_clamped else read


def _sample_by_pytorch(image: Tensor, grid: Tensor, border: Border, sampling: Sampling) -> Tensor:
    if border is Border.WRAP:
        image, grid = _wrap(image, grid, _REACH[sampling])
        border = Border.REPLICATE
    if sampling is Sampling.LANCZOS:
        return _lanczos(image, grid, border)
    if sampling is Sampling.STEADY:
        return _steady(image, grid, border)
    return _read(image, grid, border, sampling.value)


def _read(image: Tensor, grid: Tensor, border: Border, mode: str) -> Tensor:
    if border is Border.MIRROR:
        grid = _to_pixel_centers(grid, image.shape[-1], image.shape[-2])
    read = functional.grid_sample(
        image.unsqueeze(0),
        grid.unsqueeze(0),
        mode=mode,
        padding_mode=_PADDING[border],
        align_corners=border is Border.MIRROR,
    )
    return read.squeeze(0)


def _steady(image: Tensor, grid: Tensor, border: Border) -> Tensor:
    """Samples with three fifths bicubic and two fifths Hermite (bilinear at smoothed positions).

    Keys' kernel is linear in its parameter, so along the axes this is a = -0.45. The bicubic part is the
    largest for which no frequency, in any direction and at any shift, is amplified by more than 2 in a
    million.
    """
    smooth = torch.empty_like(grid)
    for axis, size in ((0, image.shape[-1]), (1, image.shape[-2])):
        position = eased((grid[..., axis] + 1.0).mul_(size / 2).sub_(0.5))
        torch.add(position, 0.5, out=smooth[..., axis]).mul_(2 / size).sub_(1.0)
    read = _read(image, grid, border, Sampling.BICUBIC.value).mul_(_CUBIC_SHARE)
    return read.add_(_read(image, smooth, border, Sampling.BILINEAR.value), alpha=1 - _CUBIC_SHARE)


def _to_pixel_centers(grid: Tensor, width: int, height: int) -> Tensor:
    """Returns the grid with -1 and 1 at the centers of the outermost pixels."""
    scaled = torch.empty_like(grid)
    for axis, size in ((0, width), (1, height)):
        torch.mul(grid[..., axis], size / max(size - 1, 1), out=scaled[..., axis])
    return scaled


def _wrap(image: Tensor, grid: Tensor, reach: int) -> tuple[Tensor, Tensor]:
    """Returns the image with its far edges repeated around it, and the grid folded into it."""
    height, width = image.shape[-2:]
    top, left = min(reach, height), min(reach, width)
    padded = functional.pad(image.unsqueeze(0), (left, left, top, top), mode="circular").squeeze(0)
    folded = torch.remainder(grid + 1.0, 2.0).sub_(1.0)
    folded[..., 0] *= width / (width + 2 * left)
    folded[..., 1] *= height / (height + 2 * top)
    return padded, folded


def _lanczos(image: Tensor, grid: Tensor, border: Border) -> Tensor:
    """Samples with Lanczos-3: 36 taps per pixel, one row of taps at a time to save memory."""
    height, width = image.shape[-2:]
    x = (grid[..., 0] + 1.0) * (width / 2) - 0.5
    y = (grid[..., 1] + 1.0) * (height / 2) - 0.5
    columns = _taps(x, width, border)
    flat = image.flatten(1)
    result = torch.zeros((image.shape[0], *x.shape), dtype=image.dtype, device=image.device)
    for row, row_weight in _taps(y, height, border):
        across = torch.zeros_like(result)
        start = row * width
        for column, weight in columns:
            taps = flat.index_select(1, (start + column).flatten()).view_as(result)
            across.addcmul_(taps, weight)
        result.addcmul_(across, row_weight)
    return result


def _taps(position: Tensor, size: int, border: Border) -> list[tuple[Tensor, Tensor]]:
    """Returns index (int32) and weight of the six taps around positions (h, w); the weights sum to 1."""
    first = position.floor()
    offsets = range(-2, 4)
    raw = [torch.sinc(position - first - k) * torch.sinc((position - first - k) / 3.0) for k in offsets]
    total = torch.stack(raw).sum(0)
    taps = []
    for offset, weight in zip(offsets, raw, strict=True):
        index, seen = _edge(first + offset, size, border)
        taps.append((index, weight * seen / total))
    return taps


def _edge(position: Tensor, size: int, border: Border) -> tuple[Tensor, Tensor]:
    """Returns the index of the pixel at an integer position under a border mode, and 0 where it is black."""
    if border is Border.REFLECT:
        folded = torch.remainder(position, 2 * size)
        position = torch.minimum(folded, 2 * size - 1 - folded)
    if border is Border.MIRROR:
        folded = torch.remainder(position, max(2 * size - 2, 1))
        position = torch.minimum(folded, 2 * size - 2 - folded)
    seen = torch.ones_like(position)
    if border is Border.ZEROS:
        seen = ((position >= 0) & (position < size)).to(position.dtype)
    return position.nan_to_num(0.0).clamp(0, size - 1).to(torch.int32), seen
