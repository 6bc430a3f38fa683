"""The 2D warp: angle, zoom, shift, center and perspective flip as one 3x3 matrix, applied once.

Matrices map pixel positions (x right, y down, pixel centers at whole numbers) of the source to those of
the result and are named `dst_from_src`; they are plain float64 on the host, so that moves compose by `@`.
"""

from dataclasses import dataclass
from math import copysign, cos, hypot, radians, sin

import numpy as np
import torch
from torch import Tensor

from animator.images.camera import Matrix, rotation_x, rotation_y, rotation_z
from animator.images.grid import pixel_axes
from animator.images.resample import Border, Sampling, can_read_tiles, color_reading, sample_colors
from animator.images.tiles import warp_tiles


@dataclass(frozen=True)
class Flip:
    """Perspective flip: a rotation of the image plane in space.

    Attributes:
        theta: Rotation in the plane, degrees.
        phi: Tilt about the horizontal axis, degrees.
        gamma: Tilt about the vertical axis, degrees.
        fv: Field of view over the image's diagonal, degrees; the wider, the stronger the perspective.
    """

    theta: float = 0.0
    phi: float = 0.0
    gamma: float = 0.0
    fv: float = 53.0


@dataclass(frozen=True)
class Move2D:
    """One frame of 2D motion.

    Attributes:
        angle_deg: Rotation, positive counter-clockwise.
        zoom: Scale; above 1 zooms in.
        shift_px: Shift (right, down) in pixels; applied before rotation and zoom.
        center: Fixed point of rotation and zoom, as fractions of width and height.
        flip: Perspective flip, applied last; None leaves it out.
    """

    angle_deg: float = 0.0
    zoom: float = 1.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    center: tuple[float, float] = (0.5, 0.5)
    flip: Flip | None = None


def matrix2d(move: Move2D, width: int, height: int) -> Matrix:
    """Returns the move as `dst_from_src`, float64 (3, 3): flip @ rotation-and-zoom @ shift.

    The order and the center (width * cx, height * cy) are Deforum's; unlike in Deforum, the shift also acts
    with a flip, and a flip by 0 degrees changes nothing.
    """
    matrix = turn_zoom_matrix(move, width, height) @ shift_matrix(move)
    if move.flip is None:
        return matrix
    distance = flip_distance(move.flip, width, height)
    return flip_matrix(move.flip, distance, distance, (width / 2, height / 2)) @ matrix


def turn_zoom_matrix(move: Move2D, width: int, height: int) -> Matrix:
    """Returns rotation and zoom about the move's center as `dst_from_src`, float64 (3, 3)."""
    x, y = width * move.center[0], height * move.center[1]
    a = move.zoom * cos(radians(move.angle_deg))
    b = move.zoom * sin(radians(move.angle_deg))
    return np.array([[a, b, (1 - a) * x - b * y], [-b, a, b * x + (1 - a) * y], [0, 0, 1]], dtype=np.float64)


def shift_matrix(move: Move2D) -> Matrix:
    """Returns the move's shift alone as `dst_from_src`, float64 (3, 3)."""
    return np.array([[1, 0, move.shift_px[0]], [0, 1, move.shift_px[1]], [0, 0, 1]], dtype=np.float64)


def flip_distance(flip: Flip, width: int, height: int) -> float:
    """Returns Deforum's viewing distance in pixels, at which the diagonal fills `fv`."""
    half_angle = radians(copysign(max(abs(flip.fv), 1e-3), flip.fv) / 2)
    return hypot(width, height) / (2 * sin(half_angle))


def flip_matrix(flip: Flip, focal: float, distance: float, pivot: tuple[float, float]) -> Matrix:
    """Returns the flip as `dst_from_src`, float64 (3, 3): Rx(phi) Ry(gamma) Rz(theta), then projection.

    Args:
        flip: The angles.
        focal: Focal length in pixels.
        distance: Distance of the plane in pixels; if equal to `focal`, the unrotated plane keeps its size.
        pivot: Center of rotation (x, y), in pixels.
    """
    turn = rotation_x(flip.phi) @ rotation_y(flip.gamma) @ rotation_z(flip.theta)
    project = np.array([focal, focal, -1.0])[:, None] * turn
    project[:, 2] = (0.0, 0.0, distance)
    center = np.array([[1, 0, pivot[0]], [0, 1, pivot[1]], [0, 0, 1]], dtype=np.float64)
    flipped = center @ project @ np.linalg.inv(center)
    return np.asarray(flipped / flipped[2, 2])


def warp_by_matrix(image: Tensor, dst_from_src: Matrix, border: Border, sampling: Sampling) -> Tensor:
    """Returns the image (3, H, W), [0, 1], warped by a 3x3 matrix; the same tensor for the identity.

    A singular matrix (zoom 0) gives a black image, as in Deforum.
    """
    if np.abs(dst_from_src - np.eye(3)).max() <= 1e-9:
        return image
    if is_singular(dst_from_src):
        return torch.zeros_like(image)
    height, width = image.shape[-2:]
    src_from_dst = inverse(dst_from_src)
    if can_read_tiles(image, sampling):
        return warp_tiles(image, src_from_dst, color_reading(border, sampling))
    grid = matrix_grid(src_from_dst, width, height, image.device)
    return sample_colors(image, grid, border, sampling)


def matrix_grid(src_from_dst: Matrix, width: int, height: int, device: torch.device) -> Tensor:
    """Returns the sampling grid (H, W, 2) of a matrix between pixel positions, normalized to [-1, 1].

    The normalization is folded into the matrix, so that an affine map costs two additions per pixel.
    """
    normal = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    rows = (normal @ src_from_dst).tolist()
    x, y = pixel_axes(height, width, device)
    # Each axis lies in one piece, which is faster to write and to read.
    grid = torch.empty((2, height, width), device=device, dtype=torch.float32).permute(1, 2, 0)
    for axis in (0, 1):
        torch.add(x * rows[axis][0], y * rows[axis][1] + rows[axis][2], out=grid[..., axis])
    if rows[2] == [0.0, 0.0, 1.0]:
        return grid
    depth = x * rows[2][0] + (y * rows[2][1] + rows[2][2])
    return grid.div_(torch.where(depth == 0.0, 1e-12, depth).unsqueeze(-1))


def is_singular(dst_from_src: Matrix) -> bool:
    """Returns True for a singular matrix, which makes the image vanish."""
    return bool(abs(np.linalg.det(dst_from_src)) < 1e-12)


def inverse(matrix: Matrix) -> Matrix:
    """Returns the inverse of a regular matrix, float64 (3, 3): `src_from_dst` of `dst_from_src`."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
