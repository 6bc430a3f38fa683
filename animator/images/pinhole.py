"""A true camera: the image seen from another place, with occlusion, and a mask of what comes into view.

The source's distances are splatted into the new view: nearest and farthest surface a pixel. Each is followed
back to the source and counts only where the source pixel that it leads to is really seen there. So every
color is interpolated once, in the source; nothing is smeared over a gap, and gaps are known.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.camera import STILL, Camera, Rigid
from animator.images.grid import grid_of_offsets, pixel_axes
from animator.images.resample import Border, Sampling, sample

_TOLERANCE_PX = 0.75
"""How far from a pixel its source may land when followed forward again. Surfaces stretched up to 1.5-fold
stay whole; beyond half a pixel of error one would see another place."""
_BEHIND = 1e-3
"""Points closer than this to the plane of the lens are not seen."""


@dataclass(frozen=True)
class View:
    """An image seen from a new place.

    Attributes:
        image: (3, H, W), [0, 1]. Where `revealed` is 1 it repeats what happens to be near.
        z: (H, W), distances from the new place; where `revealed` is 1, those of what happens to be near.
        revealed: (H, W), float, 1 where no pixel of the source is seen, else 0.
    """

    image: Tensor
    z: Tensor
    revealed: Tensor


@dataclass(frozen=True)
class _Projector:
    """Pixel positions and the lens, so that points go back and forth between (x, y, z) and pixels."""

    x: Tensor
    y: Tensor
    focal_x: float
    focal_y: float

    def unproject(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Where (X, Y) the pixels of the full frame lie at distances z (H, W)."""
        return self.x / self.focal_x * z, self.y / self.focal_y * z

    def project(self, unproject: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Where (x, y), from the middle of the image, points are seen."""
        x, y, z = unproject
        scale = z.clamp_min(_BEHIND).reciprocal()
        return x * scale * self.focal_x, y * scale * self.focal_y


@dataclass(frozen=True)
class _SourcePixels:
    """Where in the source the pixels of the new view come from.

    `x`, `y` in pixels from the middle, `z` the distance from the new place, `missed` by how many pixels the
    source, followed forward, lands beside the pixel it is meant for.
    """

    x: Tensor
    y: Tensor
    z: Tensor
    error_px: Tensor


def pinhole_view(
    image: Tensor, z: Tensor, motion: Rigid, camera: Camera, sampling: Sampling = Sampling.BICUBIC
) -> View:
    """Returns the image after a motion of the scene, seen through a pinhole camera.

    Args:
        image: (3, H, W), [0, 1].
        z: (H, W), distance of each pixel's surface along the optical axis, in the scene's unit, above 0.
        motion: How the points move, from `camera.rigid`. A negative field of view moves them backwards.
        camera: The lens; `aspect_ratio` is that of a pixel.
        sampling: How the source is read.
    """
    if motion == STILL:
        return View(image, z, torch.zeros_like(z))
    if camera.focal < 0.0:
        motion = motion.inverse()
    projector = _projector(z, camera)
    near, far = (_trace_back(projector, z, surface, motion) for surface in _splat(projector, z, motion))
    front = near.error_px <= _TOLERANCE_PX
    x, y, depth = (
        torch.where(front, mine, other) for mine, other in ((near.x, far.x), (near.y, far.y), (near.z, far.z))
    )
    revealed = _close_gaps(~front & ~(far.error_px <= _TOLERANCE_PX))
    project = sample(image, grid_of_offsets(x, y), Border.REPLICATE, sampling).clamp_(0.0, 1.0)
    return View(project, depth, revealed.to(image.dtype))


def _close_gaps(mask: Tensor) -> Tensor:
    """Returns the mask (H, W), bool, without gaps of one or two pixels, which steep surfaces leave in it."""
    return ~_dilate(~_dilate(mask))


def _dilate(mask: Tensor) -> Tensor:
    """Returns the mask (H, W), bool, with the eight neighbors of its pixels."""
    padded = functional.pad(mask, (1, 1, 1, 1))
    across = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return across[:-2] | across[1:-1] | across[2:]


def _projector(z: Tensor, camera: Camera) -> _Projector:
    height, width = z.shape
    focal_y = abs(camera.focal) * height / 2
    columns, rows = pixel_axes(height, width, z.device, z.dtype)
    x, y = columns - (width - 1) / 2, rows - (height - 1) / 2
    return _Projector(x, y, focal_y / camera.aspect_ratio, focal_y)


def _transform(unproject: tuple[Tensor, Tensor, Tensor], motion: Rigid) -> tuple[Tensor, Tensor, Tensor]:
    x, y, z = unproject
    rows, shift = motion.rotation, motion.translation
    moved = [
        (x * rows[0][axis]).add_(y, alpha=rows[1][axis]).add_(z, alpha=rows[2][axis]).add_(shift[axis])
        for axis in range(3)
    ]
    return moved[0], moved[1], moved[2]


def _splat(projector: _Projector, z: Tensor, motion: Rigid) -> tuple[Tensor, Tensor]:
    """For each pixel of the new view the nearest and the farthest surface (H, W) that reaches it.

    Each source pixel reaches the four pixels around the place where it is seen, so that surfaces that come
    closer keep together. Pixels that none reaches get a surface beyond everything, which never counts.
    """
    height, width = z.shape
    unproject = _transform((*projector.unproject(z), z), motion)
    x, y = projector.project(unproject)
    left = x.add_((width - 1) / 2).floor_()
    top = y.add_((height - 1) / 2).floor_()
    outside, away = height * width, unproject[2].flatten()
    near = torch.full((outside + 1,), torch.inf, device=z.device)
    far = torch.zeros(outside + 1, device=z.device)
    for right in (0, 1):
        for down in (0, 1):
            column, row = left + right, top + down
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height) & (unproject[2] > _BEHIND)
            pixel = row.to(torch.int64).mul_(width).add_(column.to(torch.int64))
            index = torch.where(inside, pixel, outside).flatten()
            near.scatter_reduce_(0, index, away, "amin")
            far.scatter_reduce_(0, index, away, "amax")
    unreached = torch.isinf(near)
    near = torch.where(unreached, 1e6, near)[:outside].view_as(z)
    return near, torch.where(unreached, 1e6, far)[:outside].view_as(z)


def _trace_back(projector: _Projector, z: Tensor, surface: Tensor, motion: Rigid) -> _SourcePixels:
    """Where in the source a surface (H, W) of the new view comes from, and whether it does.

    The place is followed forward again with the source's own distance: what lands elsewhere does not.
    """
    x, y = projector.project(_transform((*projector.unproject(surface), surface), motion.inverse()))
    miss_x, miss_y, moved_z = _reprojection_error(projector, z, (x, y), motion)
    return _SourcePixels(x, y, moved_z, torch.maximum(miss_x.abs_(), miss_y.abs_()))


def _reprojection_error(projector: _Projector, z: Tensor, place: tuple[Tensor, Tensor], motion: Rigid) -> tuple[Tensor, Tensor, Tensor]:
    """By how many pixels (x, y) places of the source land beside their targets, and at what distance.

    Places outside of the source miss by infinity.
    """
    x, y = place
    height, width = z.shape
    outside = (x.abs() > width / 2) | (y.abs() > height / 2)
    grid = grid_of_offsets(x, y).unsqueeze(0)
    depth = functional.grid_sample(
        z.view(1, 1, height, width), grid, "nearest", "border", align_corners=False
    ).view_as(z)
    unproject = _transform((x / projector.focal_x * depth, y / projector.focal_y * depth, depth), motion)
    landed = projector.project(unproject)
    miss_x = torch.where(outside, torch.inf, landed[0] - projector.x)
    return miss_x, torch.where(outside, torch.inf, landed[1] - projector.y), unproject[2]
