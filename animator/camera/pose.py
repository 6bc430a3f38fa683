"""Poses of a camera: the steps from frame to frame as places in space, and back.

Axes are those of the image: x to the right, y down, z away from the viewer; the unit is the scene's. A
rotation is `world_from_camera`, whose columns are the camera's axes in the world. Before the first frame the
camera is at the origin, looks along z, and stands upright.

Source:
    Points of the scene move by p @ Rx @ Ry @ Rz + t from frame to frame, as in `animator.images.camera`.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_UPRIGHT = 1.0 - 1e-12
"""Largest sine of a pan whose tilt and roll can be told apart."""
_TINY = 1e-6
"""Length below which a direction is none."""


def turns(angles_deg: Array) -> Array:
    """Returns Rx @ Ry @ Rz (n, 3, 3) of the angles (n, 3) about x, y and z, in degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(angles_deg)).T, np.sin(np.radians(angles_deg)).T
    rows = [
        [cy * cz, -cy * sz, sy],
        [cx * sz + sx * sy * cz, cx * cz - sx * sy * sz, -sx * cy],
        [sx * sz - cx * sy * cz, sx * cz + cx * sy * sz, cx * cy],
    ]
    return np.asarray(np.moveaxis(np.array(rows), -1, 0), dtype=np.float64)


def angles(turned: Array) -> Array:
    """Returns the angles (n, 3) in degrees of turns (n, 3, 3); those about y are within 90 degrees."""
    sine = np.clip(turned[:, 0, 2], -1.0, 1.0)
    y = np.arctan2(sine, np.hypot(turned[:, 0, 0], turned[:, 0, 1]))
    upright = np.abs(sine) < _UPRIGHT
    x = np.where(
        upright,
        np.arctan2(-turned[:, 1, 2], turned[:, 2, 2]),
        np.arctan2(turned[:, 2, 1], turned[:, 1, 1]),
    )
    z = np.where(upright, np.arctan2(-turned[:, 0, 1], turned[:, 0, 0]), 0.0)
    return np.asarray(np.degrees(np.stack([x, y, z], axis=1)))


def accumulate(shifts: Array, angles_deg: Array) -> tuple[Array, Array]:
    """Returns the positions (n, 3) and rotations (n, 3, 3) of a camera after each of its steps.

    Args:
        shifts: (n, 3), how far it moves to the right, up and forward.
        angles_deg: (n, 3), the angles by which it tilts, pans and rolls.
    """
    turned = turns(angles_deg)
    moved = shifts * np.array([-1.0, 1.0, -1.0])  # the scene moves the other way; y is down
    positions, rotations = np.empty((len(shifts), 3)), np.empty((len(shifts), 3, 3))
    place, facing = np.zeros(3), np.eye(3)
    for index, (turn, shift) in enumerate(zip(turned, moved, strict=True)):
        # new_from_old = [turn.T | shift], so that old_from_new = [turn | -turn @ shift]
        facing = facing @ turn
        place = place - facing @ shift
        positions[index], rotations[index] = place, facing
    return positions, orthonormal(rotations)


def steps_of(positions: Array, rotations: Array) -> tuple[Array, Array]:
    """Returns the shifts (n, 3) and angles (n, 3) that lead to poses; the inverse of `accumulate`."""
    before_at = np.concatenate([np.zeros((1, 3)), positions[:-1]])
    before = np.concatenate([np.eye(3)[None], rotations[:-1]])
    turned = np.swapaxes(before, 1, 2) @ rotations
    moved = -np.einsum("nji,nj->ni", rotations, positions - before_at)
    return moved * np.array([-1.0, 1.0, -1.0]), angles(turned)


def orthonormal(rotations: Array) -> Array:
    """Returns the rotations (n, 3, 3) nearest to matrices."""
    left, _, right = np.linalg.svd(rotations)
    sign = np.linalg.det(left @ right)
    left[:, :, 2] *= sign[:, None]
    return np.asarray(left @ right)


def looking(ahead: Array) -> Array:
    """Returns the upright rotations (n, 3, 3) of a camera that looks along directions (n, 3)."""
    length = np.linalg.norm(ahead, axis=1, keepdims=True)
    forward = np.where(length > _TINY, ahead / np.maximum(length, _TINY), (0.0, 0.0, 1.0))
    right = np.stack([forward[:, 2], np.zeros(len(ahead)), -forward[:, 0]], axis=1)  # down x forward
    flat = np.linalg.norm(right, axis=1, keepdims=True)
    right = np.where(flat > _TINY, right / np.maximum(flat, _TINY), (1.0, 0.0, 0.0))
    down = np.cross(forward, right)
    return np.stack([right, down, forward], axis=2)


def quaternions(rotations: Array) -> Array:
    """Returns unit quaternions (n, 4), x y z w, of rotations (n, 3, 3), each near the one before."""
    trace = np.trace(rotations, axis1=1, axis2=2)
    diagonal = np.diagonal(rotations, axis1=1, axis2=2)
    squares = np.concatenate([1 + 2 * diagonal - trace[:, None], 1 + trace[:, None]], axis=1)
    rows, largest = np.arange(len(rotations)), np.argmax(squares, axis=1)
    products = np.empty((len(rotations), 4, 4))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        products[:, i, i] = squares[:, i]
        products[:, i, j] = products[:, j, i] = rotations[:, i, j] + rotations[:, j, i]
        products[:, i, 3] = products[:, 3, i] = rotations[:, k, j] - rotations[:, j, k]
    products[:, 3, 3] = squares[:, 3]
    found = products[rows, largest]
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    turned_over = np.sum(found[1:] * found[:-1], axis=1) < 0
    signs = np.cumprod(np.concatenate([[1.0], np.where(turned_over, -1.0, 1.0)]))
    return np.asarray(found * signs[:, None])


def rotations_of(quaternion: Array) -> Array:
    """Returns the rotations (n, 3, 3) of quaternions (n, 4), x y z w, of any length but 0."""
    x, y, z, w = (quaternion / np.linalg.norm(quaternion, axis=1, keepdims=True)).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.asarray(np.moveaxis(np.array(rows), -1, 0), dtype=np.float64)
