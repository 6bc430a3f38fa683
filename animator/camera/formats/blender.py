"""Cameras for Blender: a script that makes an animated one, and a table of matrices.

In Blender, z is up; a camera looks along its own -z, and its y is up.
"""

import csv
import io

import numpy as np
from numpy.typing import NDArray

from animator.camera.formats.keys import MOST_FRAMES, checked, parsed
from animator.camera.lens import focal_of
from animator.camera.pose import orthonormal, quaternions
from animator.camera.track import CameraTrack
from animator.errors import UserError

Array = NDArray[np.float64]
SENSOR_MM = 24.0
"""Height of the sensor, to which the focal lengths in millimeters belong."""
_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Blender's world from ours: x is x, y is our z, z is our -y."""
_LENS = np.diag([1.0, -1.0, -1.0])
"""Our camera's axes from those of Blender's camera."""
_CELLS = [f"m{row}{column}" for row in range(4) for column in range(4)]
_SCRIPT = '''\
"""Makes an animated camera in Blender 2.80 or later: open it in the Text Editor and run it."""

import bpy

FPS, FPS_BASE = {fps}
WIDTH, HEIGHT = {size}
SENSOR_MM = {sensor!r}
# frame, location, rotation as a quaternion w x y z, focal length in mm
KEYS = [
{keys}
]

data = bpy.data.cameras.new("animator")
data.sensor_fit = "VERTICAL"
data.sensor_height = SENSOR_MM
camera = bpy.data.objects.new("animator", data)
camera.rotation_mode = "QUATERNION"
bpy.context.collection.objects.link(camera)
for frame, location, rotation, lens in KEYS:
    camera.location = location
    camera.rotation_quaternion = rotation
    data.lens = lens
    camera.keyframe_insert("location", frame=frame)
    camera.keyframe_insert("rotation_quaternion", frame=frame)
    data.keyframe_insert("lens", frame=frame)

scene = bpy.context.scene
scene.camera = camera
scene.frame_start, scene.frame_end = KEYS[0][0], KEYS[-1][0]
scene.render.fps, scene.render.fps_base = FPS, FPS_BASE
scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
'''


def write_script(track: CameraTrack) -> str:
    """Returns a Python script for Blender that makes the camera."""
    places, rotations = _to_blender(track)
    turns = np.roll(quaternions(rotations), 1, axis=1)
    lens = SENSOR_MM / 2 * focal_of(track.fov_deg)
    rows = zip(places.tolist(), turns.tolist(), lens.tolist(), strict=True)
    keys = "\n".join(
        f"    ({frame}, {tuple(place)}, {tuple(turn)}, {length!r}),"
        for frame, (place, turn, length) in enumerate(rows)
    )
    fps = track.written_fps
    whole = max(int(np.ceil(fps)), 1)
    return _SCRIPT.format(fps=(whole, whole / fps), size=track.written_size, sensor=SENSOR_MM, keys=keys)


def write_matrices(track: CameraTrack) -> str:
    """Returns Blender's `matrix_world` of every frame as CSV: frame, fov in degrees, then row by row."""
    places, rotations = _to_blender(track)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["frame", "fov", *_CELLS])
    matrix = np.eye(4)
    for frame in range(len(track)):
        matrix[:3, :3], matrix[:3, 3] = rotations[frame], places[frame]
        writer.writerow([frame, float(track.fov_deg[frame]), *matrix.ravel().tolist()])
    return text.getvalue()


def read_matrices(text: str) -> CameraTrack:
    """Returns the track of a table of matrices, as `write_matrices` makes it.

    Raises:
        UserError: It is not such a table; says where.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error as error:
        raise UserError(f"is not CSV: {error}") from error
    names = ["frame", "fov", *_CELLS]
    if not rows or [cell.strip() for cell in rows[0]] != names:
        raise UserError(f"line 1: expected {','.join(names[:4])},... to {names[-1]}")
    if not 2 <= len(rows) <= MOST_FRAMES + 1:
        raise UserError(f"has {len(rows) - 1} frames; expected 1 to {MOST_FRAMES}")
    table = np.array([_row(row, index) for index, row in enumerate(rows[1:])])
    matrices = table[:, 2:].reshape(-1, 4, 4)
    flat = np.abs(np.linalg.det(matrices[:, :3, :3])) < 1e-9
    if flat.any():
        raise UserError(f"frame {int(np.argmax(flat))}: its matrix is no rotation")
    rotations = orthonormal(_WORLD.T @ matrices[:, :3, :3] @ _LENS.T)
    return checked(CameraTrack(matrices[:, :3, 3] @ _WORLD, rotations, table[:, 1]))


def _row(row: list[str], index: int) -> list[float]:
    where = f"line {index + 2}"
    if len(row) != len(_CELLS) + 2:
        raise UserError(f"{where}: has {len(row)} cells; expected {len(_CELLS) + 2}")
    values = [parsed(cell, where) for cell in row]
    if values[0] != index:
        raise UserError(f"{where}: is frame {values[0]:g}; expected {index}, every frame from 0 in order")
    return values


def _to_blender(track: CameraTrack) -> tuple[Array, Array]:
    return track.positions @ _WORLD.T, _WORLD @ track.rotations @ _LENS
