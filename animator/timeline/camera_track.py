"""The camera of a film as a path through space, for other programs. Pure, no torch."""

import numpy as np

from animator.camera.channels import UNITS_PER_SCENE
from animator.camera.lens import focal_of
from animator.camera.pose import accumulate
from animator.camera.track import CameraTrack
from animator.errors import PresetError, Problem
from animator.settings.modes import mode_of
from animator.timeline.camera import FOV, SHIFTS, TURNS, magnification_of
from animator.timeline.timeline import Timeline


def track_of(timeline: Timeline) -> CameraTrack:
    """Returns where the camera of a film is at every frame.

    Raises:
        PresetError: The film has no camera in space, or no single lens has its zooms.
    """
    film = timeline.animation
    if mode_of(film).motion != "space":
        text = "has no camera in space; expected mode: 3d"
        raise PresetError(film.name, (Problem(film.name, "mode", text),))
    columns = {path: np.asarray(timeline.column(path), dtype=np.float64) for path in (*SHIFTS, *TURNS, FOV)}
    shifts = np.stack([columns[path] for path in SHIFTS], axis=1) / UNITS_PER_SCENE
    positions, rotations = accumulate(shifts, np.stack([columns[path] for path in TURNS], axis=1))
    return CameraTrack(positions, rotations, columns[FOV], film.fps, film.size, _zooms(timeline))


def _zooms(timeline: Timeline) -> bool:
    """Returns True if the field of view zooms wherever it changes, False if it never does."""
    film = timeline.animation
    focal = np.log(np.abs(focal_of(np.asarray(timeline.column(FOV), dtype=np.float64))))
    changes = np.diff(focal, prepend=focal[:1])
    magnified = np.log(magnification_of(timeline.plan_columns, len(timeline)))
    if not magnified.any():
        return film.camera.fov_zooms
    if np.abs(changes - magnified).max() > 1e-6:
        text = "changes without a zoom, while the moves zoom; set camera.fov_zooms: true"
        raise PresetError(film.name, (Problem(film.name, FOV, text),))
    return True
