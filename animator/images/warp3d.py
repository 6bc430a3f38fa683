"""Deforum's 3D warp: shifts pixels by the change of their projected points at (x, y, z) of the unit square.

This is not a pinhole camera (a point's x and y do not grow with its distance); see `pinhole` for one.

Source:
    grid = identity - (project(P @ R + T) - project(P)), project(x, y, z) = focal * (x / aspect, y) / z,
    with P spanning [-1, 1] over the image's corners.
"""

import torch
from torch import Tensor

from animator.images.camera import STILL, Camera, Rigid
from animator.images.composed import compose_grids
from animator.images.grid import identity_grid
from animator.images.resample import Border, Sampling, sample_colors

__all__ = ["Border", "Sampling", "projection_grid", "warp3d"]


def warp3d(
    image: Tensor, z: Tensor | None, motion: Rigid, camera: Camera, border: Border, sampling: Sampling
) -> Tensor:
    """Returns the image (3, H, W), [0, 1], after a motion of the scene; the same tensor for no motion.

    A camera that magnifies does so after the motion.

    Args:
        image: (3, H, W), [0, 1].
        z: (H, W), distances; None is the plane z = 1.
        motion: Of the scene's points, from `camera.rigid`.
        camera: The camera; `near` and `far` have no effect here, as in Deforum.
        border: What is sampled outside the image.
        sampling: Interpolation; Deforum's default is bicubic.
    """
    if motion == STILL and camera.magnification == 1.0:
        return image
    height, width = image.shape[-2:]
    if z is None:
        z = torch.ones((height, width), device=image.device)
    return sample_colors(image, projection_grid(z, motion, camera), border, sampling)


def projection_grid(z: Tensor, motion: Rigid, camera: Camera) -> Tensor:
    """Returns the sampling grid (H, W, 2), normalized, of a motion in Deforum's projection.

    Args:
        z: (H, W), distances.
        motion: Of the scene's points.
        camera: The camera.
    """
    height, width = z.shape
    x = torch.linspace(-1.0, 1.0, width, device=z.device)
    y = torch.linspace(-1.0, 1.0, height, device=z.device).unsqueeze(1)
    across, down, away = (_transformed_axis(x, y, z, motion, axis) for axis in range(3))
    grid = torch.empty((height, width, 2), device=z.device)
    scales = (camera.focal / camera.aspect_ratio, camera.focal)
    for axis, (before, after, scale) in enumerate(zip((x, y), (across, down), scales, strict=True)):
        size = (width, height)[axis]
        offset = after.div_(away).sub_(before / z)
        torch.sub(before * ((size - 1) / size), offset, alpha=scale, out=grid[..., axis])
    if camera.magnification == 1.0:
        return grid
    return compose_grids(grid, identity_grid(height, width, z.device) / camera.magnification)


def _transformed_axis(x: Tensor, y: Tensor, z: Tensor, motion: Rigid, axis: int) -> Tensor:
    """Returns one coordinate (H, W) of the transformed points (x, y, z)."""
    by_x, by_y, by_z = (motion.rotation[i][axis] for i in range(3))
    return torch.add(x * by_x + (y * by_y + motion.translation[axis]), z, alpha=by_z)
