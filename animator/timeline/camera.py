"""What the camera's moves and path, and the units of motion, make of a film's columns. Pure, no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from animator.camera.channels import UNITS_PER_SCENE, Channels
from animator.camera.lens import focal_of, fov_of
from animator.camera.path import PathPoses, Triple
from animator.camera.pose import accumulate, looking, steps_of, turns
from animator.errors import PresetError, Problem
from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.timeline.values import Column, Columns
from schedules import ScheduleError

Array = NDArray[np.float64]
T = TypeVar("T")
MAGNIFICATION = "camera.magnification"
"""Path of the factor by which the lens magnifies the image from frame to frame."""
FOV = "camera.fov"
SHIFTS = ("motion.translation_x", "motion.translation_y", "motion.translation_z")
TURNS = ("motion.rotation_3d_x", "motion.rotation_3d_y", "motion.rotation_3d_z")
_UNITS = np.array([UNITS_PER_SCENE] * 3 + [1.0] * 3)
"""Units of `SHIFTS` and `TURNS` in those of the channels."""
_ANGLE, _ZOOM = "motion.angle", "motion.zoom"
MOVED = (*SHIFTS, *TURNS, _ANGLE, _ZOOM, FOV)
"""Paths of the schedules that the camera's moves add to."""
_NEAREST = 0.99
"""Largest share of the distance to the nearest things that a frame goes, and of which it shrinks."""
_FOV_LIMITS = (0.01, 179.0)
_PLANE_FOV = np.array(70.0)
"""Field of view in degrees by which turns of the camera shift the plane."""
_MOST_LENS, _MOST_TURN = 12.0, 80.0
"""Largest logarithm of a lens, and largest angle of a frame's turn in the plane, in degrees."""


@dataclass(frozen=True)
class _Numbers:
    """The columns of a film's schedules, of numbers."""

    column: Callable[[str], Column]

    def __getitem__(self, path: str) -> Array:
        return np.asarray(self.column(path), dtype=np.float64)


def moved_columns(animation: Animation, column: Callable[[str], Column]) -> Columns:
    """Returns the columns that the camera's moves, its path and the units of motion change.

    Args:
        animation: The film.
        column: Returns the values of a schedule at all frames, by its path.

    Raises:
        PresetError: A move cannot be evaluated at some frame.
    """
    columns = _Numbers(column)
    kind = mode_of(animation).motion
    if kind == "still":
        return {}
    changed = _in_own_units(animation, columns) if animation.motion.units == "frame" else {}
    if not animation.camera.acts(kind):
        return changed
    before = {path: changed.get(path, columns[path]) for path in MOVED}
    return {**changed, **(_in_plane if kind == "plane" else _in_space)(animation, before)}


def _in_own_units(animation: Animation, columns: _Numbers) -> Mapping[str, Array]:
    """Returns the translations of `motion.units: frame` in pixels, or in 3D in units of the camera.

    In 3D they are exact for the nearest things, at `camera.near` for a pinhole camera.
    """
    width, height = animation.size
    right, down = columns[SHIFTS[0]], columns[SHIFTS[1]]
    if mode_of(animation).motion == "plane":
        return {SHIFTS[0]: right * width, SHIFTS[1]: down * height}
    focal = focal_of(columns[FOV])
    growth = np.maximum(columns[SHIFTS[2]], -_NEAREST)
    if animation.camera.projection == "pinhole":
        near = columns["camera.near"]
        across = right * 2 * near * width / height * columns["camera.aspect_ratio"] / focal
        forward = near * growth / (1 + growth)
        return {SHIFTS[0]: -across, SHIFTS[1]: down * 2 * near / focal, SHIFTS[2]: forward}
    across = right * 2 * UNITS_PER_SCENE * columns["camera.aspect_ratio"] / focal
    shrunk = np.maximum(growth / (1 + growth) / focal, -_NEAREST)
    return {
        SHIFTS[0]: -across,
        SHIFTS[1]: down * 2 * UNITS_PER_SCENE / focal,
        SHIFTS[2]: UNITS_PER_SCENE * shrunk / (1 + shrunk),
    }


def _in_space(animation: Animation, before: dict[str, Array]) -> dict[str, Column]:
    """Returns the columns of a 3D film with the steps of its camera."""
    steps, fov, zooms = _steps(animation), before[FOV], animation.camera.fov_zooms
    if animation.camera.path.keys:
        poses = _evaluated(animation, lambda: _path(animation))
        steps = Channels.sum((steps, _steps_along(poses)), animation.frames)
        fov, zooms = (fov, zooms) if poses.fov_deg is None else (poses.fov_deg, True)
    moved = np.stack([before[path] for path in (*SHIFTS, *TURNS)], axis=1)
    moved += steps.steps[:, :6] * _UNITS
    if animation.camera.look_at is not None:
        moved = _aimed(animation, moved / _UNITS, animation.camera.look_at) * _UNITS
    changed: dict[str, Column] = dict(zip((*SHIFTS, *TURNS), moved.T, strict=True))
    return {**changed, **_lens(fov, steps.step("lens"), zooms=zooms)}


def _aimed(animation: Animation, moved: Array, target: Triple) -> Array:
    """Returns the steps (frames, 6) of a camera that goes where it went, and keeps looking at a point.

    Its own tilt and pan give way, but for those of noise; its roll stays.
    """
    camera, first = animation.camera, moved[:1]
    moved = np.concatenate([0.0 * first, moved[1:]])  # the first frame's steps move no image
    positions, _ = accumulate(moved[:, :3], moved[:, 3:])
    trembling = _evaluated(animation, lambda: camera.moves.trembling(animation.scope))
    over = np.stack([trembling.step("tilt"), trembling.step("pan"), moved[:, 5]], axis=1).cumsum(axis=0)
    ahead = np.array(target) * (1.0, -1.0, 1.0) - positions
    steps = np.concatenate(steps_of(positions, looking(ahead) @ turns(over)), axis=1)
    return np.concatenate([first, steps[1:]])


def _lens(fov: Array, steps: Array, *, zooms: bool) -> dict[str, Column]:
    """Returns the field of view with the steps of the lens, and by how much these magnify.

    Args:
        fov: (frames,), degrees, without them.
        steps: (frames,), of the logarithm of its length.
        zooms: True if a change of `fov` magnifies, too.
    """
    if not (steps.any() or zooms):
        return {FOV: fov}
    begun = np.abs(focal_of(fov))
    longest, shortest = focal_of(np.array(_FOV_LIMITS))
    focal = np.clip(begun * np.exp(np.clip(np.cumsum(steps), -_MOST_LENS, _MOST_LENS)), shortest, longest)
    zoomed = np.log(focal if zooms else focal / begun)
    return {
        FOV: np.copysign(fov_of(focal), fov),
        MAGNIFICATION: np.exp(np.diff(zoomed, prepend=zoomed[:1])),
    }


def _in_plane(animation: Animation, before: dict[str, Array]) -> dict[str, Column]:
    """Returns the columns of a 2D film with the steps of its camera, as the nearest things see them."""
    steps = _steps(animation)
    half = animation.size[1] / 2 * focal_of(_PLANE_FOV)
    right = steps.step("right") + np.tan(np.radians(np.clip(steps.step("pan"), -_MOST_TURN, _MOST_TURN)))
    up = steps.step("up") + np.tan(np.radians(np.clip(steps.step("tilt"), -_MOST_TURN, _MOST_TURN)))
    lens = np.clip(steps.step("lens"), -_MOST_LENS, _MOST_LENS)
    growth = np.exp(lens) / (1 - np.minimum(steps.step("forward"), _NEAREST))
    return {
        SHIFTS[0]: before[SHIFTS[0]] - half * right,
        SHIFTS[1]: before[SHIFTS[1]] + half * up,
        _ANGLE: before[_ANGLE] + steps.step("roll"),
        _ZOOM: before[_ZOOM] * growth,
    }


def magnification_of(columns: Columns, frames: int) -> Array:
    """Returns by how much the lens magnifies at every frame (frames,)."""
    return np.asarray(columns.get(MAGNIFICATION, np.ones(frames)), dtype=np.float64)


def _steps(animation: Animation) -> Channels:
    """Returns the steps of the film's moves.

    Raises:
        PresetError: They cannot be evaluated.
    """
    return _evaluated(animation, lambda: animation.camera.moves.steps(animation.scope))


def _path(animation: Animation) -> PathPoses:
    camera = animation.camera
    return camera.path.poses(animation.scope, camera.path_curve, camera.path_timing)


def _steps_along(poses: PathPoses) -> Channels:
    """Returns the steps along a path; the film begins where the path does."""
    shifts, turned = steps_of(poses.positions, poses.rotations)
    table = np.concatenate([shifts, turned, np.zeros((len(shifts), 1))], axis=1)
    table[0] = 0.0
    return Channels(table)


def _evaluated(animation: Animation, evaluate: Callable[[], T]) -> T:
    try:
        return evaluate()
    except ScheduleError as error:
        raise PresetError(animation.name, (Problem(animation.name, "camera", str(error)),)) from error
