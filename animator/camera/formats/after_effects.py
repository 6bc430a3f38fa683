"""Keyframes of After Effects' cameras as text, as one pastes them onto a camera layer.

Its axes are those of images: x right, y down, z away. A layer's orientation is Rx @ Ry @ Rz, as columns; that
of a camera without a point of interest (one-node) is where it looks, and one with it (two-node) is turned by
its orientation after it looks there. The zoom is the distance in pixels at
which the composition's height fills the view.
"""

import numpy as np
from numpy.typing import NDArray

from animator.camera.formats.keys import (
    ascending,
    between_keys,
    between_turns,
    checked,
    frame_count,
    parsed,
    side,
)
from animator.camera.lens import focal_of, fov_of
from animator.camera.pose import angles, looking, quaternions, rotations_of, turns
from animator.camera.track import CameraTrack
from animator.errors import UserError

Array = NDArray[np.float64]
PIXELS_PER_UNIT = 100.0
"""Pixels of a scene's unit in the composition."""
_HEAD, _END = "Keyframe Data", "End of Keyframe Data"
_EXPRESSION = "Expression Data"
_POSITION, _ORIENTATION, _ZOOM = "Transform Position", "Transform Orientation", "Camera Options Zoom"
_INTEREST = "Transform Point of Interest"
_PIXEL = "Comp Pixel Aspect Ratio"
_TURNS = ("Transform X Rotation", "Transform Y Rotation", "Transform Z Rotation")
_WIDTHS = {_POSITION: 3, _INTEREST: 3, _ORIENTATION: 3, _ZOOM: 1, **dict.fromkeys(_TURNS, 1)}


Rows = dict[str, list[tuple[float, ...]]]
"""The keys of properties: the frame of each, and its values."""


def write(track: CameraTrack) -> str:
    """Returns a track as keyframe text."""
    width, height = track.written_size
    center = np.array([width / 2, height / 2, 0.0])
    zoom = height / 2 * focal_of(track.fov_deg)
    lines = [
        f"Adobe After Effects 8.0 {_HEAD}",
        "",
        f"\tUnits Per Second\t{track.written_fps!r}",
        f"\tSource Width\t{width}",
        f"\tSource Height\t{height}",
        "\tSource Pixel Aspect Ratio\t1",
        "\tComp Pixel Aspect Ratio\t1",
    ]
    lines += _block(_ZOOM, "pixels", zoom[:, None])
    lines += _block(_POSITION, "X pixels\tY pixels\tZ pixels", track.positions * PIXELS_PER_UNIT + center)
    oriented = np.mod(angles(track.rotations), 360.0)
    lines += _block(_ORIENTATION, "X degrees\tY degrees\tZ degrees", oriented)
    return "\n".join([*lines, "", "", _END, ""])


def _block(name: str, units: str, values: Array) -> list[str]:
    group, _, own = name.rpartition(" ")
    rows = (f"\t{frame}\t" + "\t".join(map(repr, row)) + "\t" for frame, row in enumerate(values.tolist()))
    return ["", f"{group}\t{own}", f"\tFrame\t{units}\t", *rows]


def read(text: str) -> CameraTrack:
    """Returns the track of keyframe text; a property without keys stands still, straight and in the middle.

    Raises:
        UserError: It is not such a text, or lacks the zoom; says where.
    """
    lines = text.splitlines()
    if not lines or not lines[0].lstrip("\ufeff").rstrip().endswith(_HEAD):
        raise UserError(f"line 1: expected Adobe After Effects 8.0 {_HEAD}")
    head, found = _parse(lines)
    width, height = (
        side(parsed(head.get(name, ""), name), name) for name in ("Source Width", "Source Height")
    )
    if abs(parsed(head.get(_PIXEL, "1"), _PIXEL) - 1) > 1e-6:
        raise UserError(f"{_PIXEL}: is {head[_PIXEL]:.80}; expected 1, square pixels")
    if _ZOOM not in found:
        raise UserError("has no Camera Options Zoom; copy the keys of the camera's Zoom, too")
    count = frame_count(max(rows[-1][0] for rows in found.values()), "the last key")
    frames = np.arange(count, dtype=np.float64)
    zoom = _values(found, _ZOOM, frames)[:, 0]
    if not (zoom > 0).all():
        raise UserError(f"{_ZOOM}: is {zoom.min():g} at some frame; expected pixels above 0")
    center = np.array([width / 2, height / 2, 0.0])
    places = _values(found, _POSITION, frames) if _POSITION in found else center + np.zeros((count, 3))
    fps = head.get("Units Per Second")
    return checked(
        CameraTrack(
            positions=(places - center) / PIXELS_PER_UNIT,
            rotations=_facing(found, places, frames) @ _rotations(found, frames),
            fov_deg=fov_of(2 * zoom / height),
            fps=None if fps is None else parsed(fps, "Units Per Second"),
            size=(width, height),
        )
    )


def _parse(lines: list[str]) -> tuple[dict[str, str], Rows]:
    """Returns the values of the head, and the keys of the camera's properties."""
    head: dict[str, str] = {}
    found: Rows = {}
    name = ""
    for index, line in enumerate(lines[1:], 2):
        cells = line.rstrip().split("\t")
        if line.startswith(_END):
            break
        if cells[0] == _EXPRESSION and name in _WIDTHS:
            raise UserError(f"line {index}: {name} has an expression; convert it to keyframes first")
        if cells[0]:
            name = " ".join(cells)
        elif not name and len(cells) == 3:
            head[cells[1]] = cells[2]
        elif name in _WIDTHS and len(cells) > 1 and cells[1] != "Frame":
            found.setdefault(name, []).append(_row(cells[1:], _WIDTHS[name], f"line {index}"))
    return head, found


def _row(cells: list[str], width: int, where: str) -> tuple[float, ...]:
    if len(cells) != width + 1:
        raise UserError(f"{where}: has {len(cells) - 1} values; expected {width}")
    frame = cells[0] or "0"  # a value without keys has no frame
    return tuple(parsed(cell, where) for cell in (frame, *cells[1:]))


def _keys(found: Rows, name: str) -> tuple[Array, Array]:
    """Returns the frames (m,) and values (m, k) of a property's keys."""
    rows = found[name]
    return ascending([row[0] for row in rows], name), np.array([row[1:] for row in rows])


def _values(found: Rows, name: str, frames: Array) -> Array:
    """Returns the values (n, k) of a property at frames (n,)."""
    return between_keys(*_keys(found, name), frames)


def _facing(found: Rows, places: Array, frames: Array) -> Array:
    """Returns the rotations (n, 3, 3) by which the camera looks at its point of interest, if it has one."""
    if _INTEREST not in found:
        return np.broadcast_to(np.eye(3), (len(frames), 3, 3))
    return looking(_values(found, _INTEREST, frames) - places)


def _rotations(found: Rows, frames: Array) -> Array:
    """Returns the rotations (n, 3, 3) of the orientation, or else of the three rotations."""
    turned = [_values(found, name, frames)[:, 0] if name in found else 0 * frames for name in _TURNS]
    if _ORIENTATION not in found:
        return turns(np.stack(turned, axis=1))
    if any(values.any() for values in turned):
        raise UserError("has both an Orientation and a Rotation; expected the keys of one of them")
    times, oriented = _keys(found, _ORIENTATION)
    return rotations_of(between_turns(times, quaternions(turns(oriented)), frames))
