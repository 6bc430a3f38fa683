"""A preset from the camera path of another program."""

import numpy as np
from numpy.typing import NDArray

from animator.camera.channels import UNITS_PER_SCENE
from animator.camera.pose import steps_of
from animator.camera.track import CameraTrack
from animator.core.printable import printable
from animator.presets import yaml_text
from animator.presets.deforum.schedule_text import plain_number
from animator.settings.animation import SCHEMA_VERSION
from animator.settings.raw import RawPreset
from animator.settings.validate import validate

Array = NDArray[np.float64]
_DIGITS = 9
"""Decimals of the values; a billionth of a unit is far below what moves a pixel."""
_SIDES = range(64, 8193, 8)
_SHIFTS = ("translation_x", "translation_y", "translation_z")
_TURNS = ("rotation_3d_x", "rotation_3d_y", "rotation_3d_z")


def camera_preset(track: CameraTrack, name: str, scale: float = 1.0) -> str:
    """Returns the YAML of a 3D film whose camera goes along a path.

    Args:
        track: The path. The values of the first frame lead to its beginning, and move no image.
        name: Name of the file that it is from.
        scale: Factor on its distances.

    Raises:
        PresetError: It has more keys than schedules take.
    """
    shifts, turned = steps_of(track.positions * scale, track.rotations)
    motion = {
        **{name: _schedule(UNITS_PER_SCENE * shifts[:, axis]) for axis, name in enumerate(_SHIFTS)},
        **{name: _schedule(turned[:, axis]) for axis, name in enumerate(_TURNS)},
    }
    fov = _schedule(track.fov_deg)
    zooms = track.fov_zooms if track.fov_zooms is not None else isinstance(fov, str)
    values = {
        "schema": SCHEMA_VERSION,
        "mode": "3d",
        "frames": len(track),
        "motion": motion,
        "camera": {"fov": fov, "fov_zooms": zooms},
        **({} if track.fps is None else {"fps": track.fps}),
        **({} if track.size is None or not _is_ours(track.size) else {"size": list(track.size)}),
    }
    validate(RawPreset(name, values, {}))
    # Not as `dump_differences` has it: what the model decides is left open.
    return f"# From {' '.join(printable(name).split())}\n{yaml_text.dump(values)}"


def _is_ours(size: tuple[int, int]) -> bool:
    return all(side in _SIDES for side in size)


def _schedule(values: Array) -> float | str:
    """Returns a schedule with the value of every frame; a number where it is the same at all of them."""
    rounded = np.round(values, _DIGITS) + 0.0
    if (rounded == rounded[0]).all():
        return float(rounded[0])
    return ", ".join(f"{frame}:({plain_number(value)})" for frame, value in enumerate(rounded.tolist()))
