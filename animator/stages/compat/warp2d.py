"""Deforum's 2D matrix with its two oddities: a flip cancels the shift, and a flip is never neutral."""

from math import cos, hypot, radians

from animator.stages.warp2d import (
    Flip,
    Matrix,
    Move2D,
    flip_distance,
    flip_matrix,
    matrix2d,
    turn_zoom_matrix,
)


def deforum_matrix2d(move: Move2D, width: int, height: int) -> Matrix:
    """The move as `dst_from_src`, float64 (3, 3), as the Deforum extension 3.0 computes it.

    With a flip the shift is lost, and the flip is made of its own pivot and distance (see
    `deforum_flip_matrix`). Without one it equals `matrix2d`.
    """
    if move.flip is None:
        return matrix2d(move, width, height)
    return deforum_flip_matrix(move.flip, width, height) @ turn_zoom_matrix(move, width, height)


def deforum_flip_matrix(flip: Flip, width: int, height: int) -> Matrix:
    """Deforum's flip, float64 (3, 3): about (L/2, L/2) with L = diagonal / cos(fv/2), one pixel too far."""
    focal = flip_distance(flip, width, height)
    half_side = hypot(width, height) / cos(radians(flip.fv / 2)) / 2
    return flip_matrix(flip, focal, focal + 1.0, (half_side, half_side))
