"""Tracks for the tests of camera files."""

import numpy as np

from animator.camera.pose import accumulate, steps_of
from animator.camera.track import CameraTrack


def track(frames: int = 300, fps: float = 29.97) -> CameraTrack:
    """A camera that turns all the way around in all axes, and whose lens changes."""
    time = np.arange(frames)[:, None]
    shifts = 0.3 * np.sin(time * np.array([0.11, 0.07, 0.05])) + np.array([0.0, 0.0, 0.01])
    positions, rotations = accumulate(shifts, 8.0 * np.sin(time * np.array([0.02, 0.03, 0.05]) + 1.0))
    fov = 70.0 + 20.0 * np.sin(time[:, 0] / 9.0)
    return CameraTrack(positions, rotations, fov, fps, (640, 384), fov_zooms=True)


def difference(one: CameraTrack, other: CameraTrack) -> float:
    """The largest difference of what two tracks mean for a film: units, degrees, degrees of the lens."""
    (shifts, turned), (shifts_too, turned_too) = (
        steps_of(made.positions, made.rotations) for made in (one, other)
    )
    return max(
        200 * float(np.abs(shifts - shifts_too).max()),
        float(np.abs(turned - turned_too).max()),
        float(np.abs(one.fov_deg - other.fov_deg).max()),
    )
