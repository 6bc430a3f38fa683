"""Paths of a camera through points: smooth curves, by the time of their keys or at an even speed.

Source:
    Catmull-Rom splines on uneven knots (P. Barry, R. Goldman, 1988), whose centripetal knots make neither
    cusps nor loops (C. Yuksel et al., 2011), as cubic Hermite curves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from animator.camera.pose import looking, turns

Array = NDArray[np.float64]
Triple = tuple[float, float, float]
Curve = Literal["smooth", "centripetal", "linear"]
Timing = Literal["keys", "even"]
_SAMPLES = 64
"""Samples of a segment, by which its length is measured."""
_TINY = 1e-6


@dataclass(frozen=True)
class PathPoint:
    """A point of a path; x is to the right, y up, z forward, in the scene's unit.

    Attributes:
        frame: When the camera is there.
        position: Where it is.
        look_at: What it looks at; None for straight ahead.
        roll: Degrees by which the image is turned counterclockwise.
        fov: Field of view in degrees; None where the path does not change it.
        ease: How it goes on to the next point.
    """

    frame: int
    position: Triple
    look_at: Triple | None
    roll: float
    fov: float | None
    ease: Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class PathPoses:
    """A path at every frame, in the axes of `animator.camera.pose`.

    Attributes:
        positions: (frames, 3).
        rotations: (frames, 3, 3), `world_from_camera`.
        fov_deg: (frames,); None where the path does not change it.
    """

    positions: Array
    rotations: Array
    fov_deg: Array | None


def follow(points: Sequence[PathPoint], frames: int, curve: Curve, timing: Timing) -> PathPoses:
    """Returns where a camera is on a path at every frame.

    Args:
        points: At least two, by their frames. All of them look at something, or none; likewise with `fov`.
        frames: The number of frames.
        curve: How it goes through the points.
        timing: Whether it is at each point at its frame, or goes at an even speed from the first to the last.
    """
    times = np.array([point.frame for point in points], dtype=np.float64)
    at = np.array([point.position for point in points]) * (1.0, -1.0, 1.0)
    knots = _knots(at, times, curve)
    progress = _progress(points, times, frames)
    if timing == "even":
        progress = _evened(points, times, frames, lambda where: _through(at, knots, where, curve))
    values = {"roll": np.array([[point.roll] for point in points])}
    if points[0].look_at is not None:
        values["look_at"] = np.array([point.look_at for point in points]) * (1.0, -1.0, 1.0)
    if points[0].fov is not None:
        values["fov"] = np.array([[point.fov] for point in points])
    found = {name: _through(value, times, progress, curve) for name, value in values.items()}
    positions = _through(at, knots, progress, curve)
    ahead = found["look_at"] - positions if "look_at" in found else np.array([[0.0, 0.0, 1.0]] * frames)
    roll = turns(np.pad(found["roll"], ((0, 0), (2, 0))))
    fov = np.clip(found["fov"][:, 0], 1.0, 170.0) if "fov" in found else None
    return PathPoses(positions, looking(ahead) @ roll, fov)


def _knots(at: Array, times: Array, curve: Curve) -> Array:
    if curve != "centripetal":
        return times
    lengths = np.linalg.norm(np.diff(at, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(np.maximum(np.sqrt(lengths), _TINY))])


def _progress(points: Sequence[PathPoint], times: Array, frames: int) -> Array:
    """Returns how far the camera has come at every frame (frames,), in segments, by the time of the keys."""
    now = np.clip(np.arange(frames, dtype=np.float64), times[0], times[-1])
    segment = np.clip(np.searchsorted(times, now, side="right") - 1, 0, len(points) - 2)
    share = (now - times[segment]) / (times[segment + 1] - times[segment])
    eased = share.copy()
    for index in np.unique(segment):
        inside = segment == index
        eased[inside] = np.clip(points[index].ease(share[inside]), 0.0, 1.0)
    return np.asarray(segment + eased)


def _evened(
    points: Sequence[PathPoint], times: Array, frames: int, through: Callable[[Array], Array]
) -> Array:
    """Returns the progress (frames,) at which equal lengths take equal times, eased by the first point."""
    dense = np.linspace(0.0, len(points) - 1, _SAMPLES * (len(points) - 1) + 1)
    lengths = np.linalg.norm(np.diff(through(dense), axis=0), axis=1)
    gone = np.concatenate([[0.0], np.cumsum(np.maximum(lengths, _TINY * _TINY))])
    share = np.clip((np.arange(frames) - times[0]) / (times[-1] - times[0]), 0.0, 1.0)
    return np.asarray(np.interp(np.clip(points[0].ease(share), 0.0, 1.0) * gone[-1], gone, dense))


def _through(values: Array, knots: Array, progress: Array, curve: Curve) -> Array:
    """Returns a curve (n, k) through values (points, k) at some progress (n,), in segments."""
    segment = np.clip(progress.astype(np.int64), 0, len(values) - 2)
    share = (progress - segment)[:, None]
    start, end = values[segment], values[segment + 1]
    if curve == "linear":
        return np.asarray(start + (end - start) * share)
    slopes, spans = _slopes(values, knots), np.diff(knots)[:, None][segment]
    out, into = slopes[segment] * spans, slopes[segment + 1] * spans
    s2, s3 = share * share, share * share * share
    return np.asarray(
        start * (2 * s3 - 3 * s2 + 1)
        + out * (s3 - 2 * s2 + share)
        + end * (3 * s2 - 2 * s3)
        + into * (s3 - s2)
    )


def _slopes(values: Array, knots: Array) -> Array:
    """Returns the slopes (points, k) of a Catmull-Rom spline at its points."""
    rates = np.diff(values, axis=0) / np.diff(knots)[:, None]
    wide = (values[2:] - values[:-2]) / (knots[2:] - knots[:-2])[:, None]
    return np.concatenate([rates[:1], rates[:-1] - wide + rates[1:], rates[-1:]])
