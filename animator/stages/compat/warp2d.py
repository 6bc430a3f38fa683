"""Deforum's 2D matrix with its two oddities: a flip cancels the shift, and a flip is never neutral."""

from collections.abc import Mapping
from math import cos, hypot, radians
from typing import Any

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


def deforum_move2d(frame: Mapping[str, Any]) -> Move2D:
    """The 2D move of one frame, from Deforum's own names.

    Args:
        frame: angle, zoom, translation_x, translation_y, transform_center_x, transform_center_y and what
            `deforum_flip` reads.
    """
    return Move2D(
        angle_deg=frame["angle"],
        zoom=frame["zoom"],
        shift_px=(frame["translation_x"], frame["translation_y"]),
        center=(frame["transform_center_x"], frame["transform_center_y"]),
        flip=deforum_flip(frame),
    )


def deforum_flip(frame: Mapping[str, Any]) -> Flip | None:
    """The perspective flip of one frame, or None where it is off.

    Args:
        frame: enable_perspective_flip and perspective_flip_theta, _phi, _gamma and _fv.
    """
    if not frame["enable_perspective_flip"]:
        return None
    return Flip(*(frame[f"perspective_flip_{name}"] for name in ("theta", "phi", "gamma", "fv")))
