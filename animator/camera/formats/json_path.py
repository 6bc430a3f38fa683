"""Camera paths as JSON, documented in docs/camera.md."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from animator.camera.formats.keys import MOST_FRAMES, checked, number, numbers, parsed_json, size_in
from animator.camera.pose import quaternions, rotations_of
from animator.camera.track import CameraTrack
from animator.errors import UserError

FORMAT, VERSION = "animator camera", 1
_AXES = (
    "x right, y down, z forward; rotation is world_from_camera as a quaternion x, y, z, w; fov is vertical"
)


def write(track: CameraTrack) -> str:
    """Returns a track as JSON; numbers as Python writes them, so nothing is rounded."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "axes": _AXES,
        "unit": "200 units of motion.translation_x, y and z; degrees",
        "fps": track.fps,
        "size": None if track.size is None else list(track.size),
        "fov_zooms": track.fov_zooms,
    }
    turns = quaternions(track.rotations)
    rows = [
        json.dumps(
            {
                "frame": frame,
                "position": track.positions[frame].tolist(),
                "rotation": turns[frame].tolist(),
                "fov": float(track.fov_deg[frame]),
            }
        )
        for frame in range(len(track))
    ]
    lines = "".join(f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in head.items())
    return "{\n" + lines + '  "frames": [\n    ' + ",\n    ".join(rows) + "\n  ]\n}\n"


def read(text: str) -> CameraTrack:
    """Returns the track of a JSON file.

    Raises:
        UserError: It is not such a file; says where.
    """
    data = parsed_json(text)
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise UserError(f'is no camera path; expected {{"format": "{FORMAT}", ...}} (docs/camera.md)')
    if data.get("version") != VERSION:
        raise UserError(f"version: is {data.get('version')!r:.80}; expected {VERSION}")
    rows = data.get("frames")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_FRAMES:
        raise UserError(f"frames: expected a list of 1 to {MOST_FRAMES}")
    parts = [_row(row, frame) for frame, row in enumerate(rows)]
    turns = np.array([turn for _, turn, _ in parts])
    return checked(
        CameraTrack(
            positions=np.array([place for place, _, _ in parts]),
            rotations=rotations_of(turns),
            fov_deg=np.array([fov for _, _, fov in parts]),
            fps=None if data.get("fps") is None else number(data["fps"], "fps"),
            size=size_in(data),
            fov_zooms=data["fov_zooms"] if isinstance(data.get("fov_zooms"), bool) else None,
        )
    )


def _row(row: Any, frame: int) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    where = f"frames {frame}"
    if not isinstance(row, Mapping) or row.get("frame", frame) != frame:
        raise UserError(f"{where}: is {row!r:.80}; expected every frame in order, from 0")
    turn = numbers(row.get("rotation"), 4, f"{where} rotation")
    if not np.linalg.norm(turn) > 1e-6:
        raise UserError(f"{where} rotation: is 0; expected a quaternion x, y, z, w")
    return numbers(row.get("position"), 3, f"{where} position"), turn, number(row.get("fov"), f"{where} fov")
