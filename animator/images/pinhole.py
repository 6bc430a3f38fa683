"""Pinhole camera: renders the image from another viewpoint, with occlusion and a mask of revealed pixels.

The source's distances are splatted into the new view: nearest and farthest surface per pixel. Each is traced
back to the source and counts only if the source pixel it leads to is visible there. So every color is
interpolated once, in the source; nothing is smeared over a gap, and gaps are known.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.camera import STILL, Camera, Rigid
from animator.images.grid import grid_of_offsets, pixel_axes
from animator.images.resample import Border, Sampling, sample_colors

_TOLERANCE_PX = 0.75
"""Largest reprojection error of a source pixel. Surfaces stretched up to 1.5-fold stay whole; beyond half a
pixel of error one would see another point."""
_BEHIND = 1e-3
"""Points closer than this to the camera plane are invisible."""


@dataclass(frozen=True)
class View:
    """An image from a new viewpoint.

    Attributes:
        image: (3, H, W), [0, 1]. Arbitrary nearby colors where `revealed` is 1.
        z: (H, W), distances from the new viewpoint; arbitrary where `revealed` is 1.
        revealed: (H, W), float, 1 where no pixel of the source is visible, else 0.
    """

    image: Tensor
    z: Tensor
    revealed: Tensor


@dataclass(frozen=True)
class _Projector:
    """Pixel positions and focal lengths, to convert between points (x, y, z) and pixels."""

    x: Tensor
    y: Tensor
    focal_x: float
    focal_y: float

    def magnified(self, factor: float) -> "_Projector":
        """Returns the projector of a longer lens."""
        return replace(self, focal_x=self.focal_x * factor, focal_y=self.focal_y * factor)

    def unproject(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the points (X, Y) of all pixels at distances z (H, W)."""
        return self.x / self.focal_x * z, self.y / self.focal_y * z

    def project(self, points: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Returns the pixel positions (x, y) of points, from the middle of the image."""
        x, y, z = points
        scale = z.clamp_min(_BEHIND).reciprocal()
        return x * scale * self.focal_x, y * scale * self.focal_y


@dataclass(frozen=True)
class _Lenses:
    """The projectors of the source and of the new view."""

    source: _Projector
    view: _Projector


@dataclass(frozen=True)
class _SourcePixels:
    """The source pixels of the new view.

    Attributes:
        x: Column in pixels from the middle.
        y: Row in pixels from the middle.
        z: Distance from the new viewpoint.
        error_px: Reprojection error in pixels, the larger one of both axes.
    """

    x: Tensor
    y: Tensor
    z: Tensor
    error_px: Tensor


def pinhole_view(
    image: Tensor, z: Tensor, motion: Rigid, camera: Camera, sampling: Sampling = Sampling.BICUBIC
) -> View:
    """Returns the view of the image after a motion of the scene, through a pinhole camera.

    Args:
        image: (3, H, W), [0, 1].
        z: (H, W), distance of each pixel's surface along the optical axis, in the scene's unit, above 0.
        motion: Of the scene's points, from `camera.rigid`; inverted if the field of view is negative.
        camera: The camera; `aspect_ratio` is that of a pixel.
        sampling: Interpolation in the source.
    """
    if motion == STILL and camera.magnification == 1.0:
        return View(image, z, torch.zeros_like(z))
    if camera.focal < 0.0:
        motion = motion.inverse()
    source = _projector(z, camera)
    lenses = _Lenses(source, source.magnified(camera.magnification))
    near, far = (_trace_back(lenses, z, surface, motion) for surface in _splat(lenses, z, motion))
    front = near.error_px <= _TOLERANCE_PX
    x, y, depth = (
        torch.where(front, of_near, of_far)
        for of_near, of_far in ((near.x, far.x), (near.y, far.y), (near.z, far.z))
    )
    revealed = _close_gaps(~front & ~(far.error_px <= _TOLERANCE_PX))
    colors = sample_colors(image, grid_of_offsets(x, y), Border.REPLICATE, sampling)
    return View(colors, depth, revealed.to(image.dtype))


def _close_gaps(mask: Tensor) -> Tensor:
    """Returns the mask (H, W), bool, without the one or two pixel gaps that steep surfaces leave in it."""
    return ~_dilate(~_dilate(mask))


def _dilate(mask: Tensor) -> Tensor:
    """Returns the mask (H, W), bool, dilated by one pixel in all eight directions."""
    padded = functional.pad(mask, (1, 1, 1, 1))
    across = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return across[:-2] | across[1:-1] | across[2:]


def _projector(z: Tensor, camera: Camera) -> _Projector:
    height, width = z.shape
    focal_y = abs(camera.focal) * height / 2
    columns, rows = pixel_axes(height, width, z.device, z.dtype)
    x, y = columns - (width - 1) / 2, rows - (height - 1) / 2
    return _Projector(x, y, focal_y / camera.aspect_ratio, focal_y)


def _transform(points: tuple[Tensor, Tensor, Tensor], motion: Rigid) -> tuple[Tensor, Tensor, Tensor]:
    x, y, z = points
    rows, shift = motion.rotation, motion.translation
    moved = [
        (x * rows[0][axis]).add_(y, alpha=rows[1][axis]).add_(z, alpha=rows[2][axis]).add_(shift[axis])
        for axis in range(3)
    ]
    return moved[0], moved[1], moved[2]


def _splat(lenses: _Lenses, z: Tensor, motion: Rigid) -> tuple[Tensor, Tensor]:
    """Returns the nearest and the farthest surface (H, W) that land on each pixel of the new view.

    Each source pixel lands on the four pixels around its projection, so that surfaces that come closer keep
    together. Pixels without any get a surface beyond everything, which never counts.
    """
    height, width = z.shape
    points = _transform((*lenses.source.unproject(z), z), motion)
    x, y = lenses.view.project(points)
    left = x.add_((width - 1) / 2).floor_()
    top = y.add_((height - 1) / 2).floor_()
    outside, away = height * width, points[2].flatten()
    near = torch.full((outside + 1,), torch.inf, device=z.device)
    far = torch.zeros(outside + 1, device=z.device)
    for right in (0, 1):
        for down in (0, 1):
            column, row = left + right, top + down
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height) & (points[2] > _BEHIND)
            pixel = row.to(torch.int64).mul_(width).add_(column.to(torch.int64))
            index = torch.where(inside, pixel, outside).flatten()
            near.scatter_reduce_(0, index, away, "amin")
            far.scatter_reduce_(0, index, away, "amax")
    unreached = torch.isinf(near)
    near = torch.where(unreached, 1e6, near)[:outside].view_as(z)
    return near, torch.where(unreached, 1e6, far)[:outside].view_as(z)


def _trace_back(lenses: _Lenses, z: Tensor, surface: Tensor, motion: Rigid) -> _SourcePixels:
    """Returns the source pixels of a surface (H, W) of the new view, with their reprojection errors.

    The source position is projected forward again with its own distance; a large error means that the surface
    does not come from there.
    """
    points = (*lenses.view.unproject(surface), surface)
    x, y = lenses.source.project(_transform(points, motion.inverse()))
    error_x, error_y, distance = _reprojection_error(lenses, z, (x, y), motion)
    return _SourcePixels(x, y, distance, torch.maximum(error_x.abs_(), error_y.abs_()))


def _reprojection_error(
    lenses: _Lenses, z: Tensor, position: tuple[Tensor, Tensor], motion: Rigid
) -> tuple[Tensor, Tensor, Tensor]:
    """Returns the error in pixels (x, y) of source positions projected to their targets, and their distance.

    Positions outside the source have an infinite error.
    """
    x, y = position
    height, width = z.shape
    outside = (x.abs() > width / 2) | (y.abs() > height / 2)
    grid = grid_of_offsets(x, y).unsqueeze(0)
    depth = functional.grid_sample(
        z.view(1, 1, height, width), grid, "nearest", "border", align_corners=False
    ).view_as(z)
    source, view = lenses.source, lenses.view
    points = _transform((x / source.focal_x * depth, y / source.focal_y * depth, depth), motion)
    landed = view.project(points)
    error_x = torch.where(outside, torch.inf, landed[0] - view.x)
    error_y = torch.where(outside, torch.inf, landed[1] - view.y)
    return error_x, error_y, points[2]
