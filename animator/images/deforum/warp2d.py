"""Deforum's perspective flip, which is never neutral."""

from math import cos, hypot, radians

from animator.images.camera import Matrix
from animator.images.warp2d import Flip, flip_distance, flip_matrix


def deforum_flip_matrix(flip: Flip, width: int, height: int) -> Matrix:
    """Returns Deforum's flip as `dst_from_src`, float64 (3, 3).

    It turns about (L/2, L/2) with L = diagonal / cos(fv/2), and its plane is one pixel too far away.
    """
    focal = flip_distance(flip, width, height)
    half_side = hypot(width, height) / cos(radians(flip.fv / 2)) / 2
    return flip_matrix(flip, focal, focal + 1.0, (half_side, half_side))
