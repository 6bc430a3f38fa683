"""Cameras as glTF 2.0 with an animation: written with one node, read from any scene with embedded buffers.

In glTF y is up, and a camera looks along its own -z. Animations are 32-bit; what that rounds away is kept
beside them in `extras`, so that a path comes back as it was. A changing field of view is animated by the
extension KHR_animation_pointer.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.camera.formats.gltf_buffers import Accessors
from animator.camera.formats.gltf_scene import CameraNode, camera_node, keys_of
from animator.camera.formats.keys import (
    between_keys,
    checked,
    frame_count,
    number,
    numbers,
    parsed_json,
    size_in,
)
from animator.camera.pose import orthonormal, quaternions, rotations_of
from animator.camera.track import CameraTrack
from animator.errors import UserError

Array = NDArray[np.float64]
_AXES = np.diag([1.0, -1.0, -1.0])
"""glTF's axes from ours, in the world and in the camera."""
_POINTER = "KHR_animation_pointer"
_OURS = "animator"
_ROUNDING = 1e-5
"""Largest part that 32 bits round away, of a number of size 1."""
_ON_FRAME = 0.01
"""Largest distance of a key from its frame, in frames, that is only rounding."""


def write(track: CameraTrack) -> str:
    """Returns a track as glTF with an embedded buffer."""
    fps = track.written_fps
    width, height = track.written_size
    columns = {
        "translation": track.positions @ _AXES,
        "rotation": quaternions(_AXES @ track.rotations @ _AXES),
        "yfov": np.radians(track.fov_deg)[:, None],
    }
    changes = bool(np.ptp(track.fov_deg) > 0)
    single = {name: column.astype(np.float32) for name, column in columns.items()}
    times = (np.arange(len(track)) / fps).astype(np.float32)[:, None]
    animated = [single["translation"], single["rotation"], *([single["yfov"]] if changes else [])]
    kept = {
        "fps": fps,
        "size": [width, height],
        "fov_zooms": track.fov_zooms,
        "rounded_away": {name: (columns[name] - single[name]).tolist() for name in columns},
    }
    lens = {"yfov": float(columns["yfov"][0, 0]), "znear": 0.01, "aspectRatio": width / height}
    document = {
        "asset": {"version": "2.0", "generator": _OURS},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "camera", "camera": 0}],
        "cameras": [{"type": "perspective", "perspective": lens}],
        "animations": [_animation(changes=changes, kept=kept)],
        **({"extensionsUsed": [_POINTER]} if changes else {}),
        **_buffer([times, *animated]),
    }
    return json.dumps(document) + "\n"


def _animation(*, changes: bool, kept: Mapping[str, Any]) -> dict[str, Any]:
    targets: list[dict[str, Any]] = [{"node": 0, "path": "translation"}, {"node": 0, "path": "rotation"}]
    if changes:
        pointer = {"pointer": "/cameras/0/perspective/yfov"}
        targets.append({"path": "pointer", "extensions": {_POINTER: pointer}})
    return {
        "name": "camera",
        "channels": [{"sampler": index, "target": target} for index, target in enumerate(targets)],
        "samplers": [
            {"input": 0, "output": index + 1, "interpolation": "LINEAR"} for index in range(len(targets))
        ],
        "extras": {_OURS: kept},
    }


def _buffer(columns: list[NDArray[np.float32]]) -> dict[str, Any]:
    """Returns the buffer, views and accessors of columns (n, k); the first one is the keys' times."""
    kinds = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}
    data = b"".join(np.ascontiguousarray(column, dtype="<f4").tobytes() for column in columns)
    views, accessors, offset = [], [], 0
    for index, column in enumerate(columns):
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": column.size * 4})
        offset += column.size * 4
        accessor: dict[str, Any] = {"bufferView": index, "componentType": 5126, "count": len(column)}
        accessors.append({**accessor, "type": kinds[column.shape[1]]})
    accessors[0] |= {"min": [float(columns[0].min())], "max": [float(columns[0].max())]}
    uri = f"data:application/octet-stream;base64,{b64encode(data).decode()}"
    return {
        "buffers": [{"byteLength": len(data), "uri": uri}],
        "bufferViews": views,
        "accessors": accessors,
    }


def read(text: str, fps: float | None = None) -> CameraTrack:
    """Returns the track of the first perspective camera in a glTF file.

    Args:
        text: The file.
        fps: Frames per second of the film; None takes those of the file, or else of its keys.

    Raises:
        UserError: It is not glTF with an embedded buffer and such a camera; says where.
    """
    document = parsed_json(text)
    if not isinstance(document, Mapping) or not isinstance(document.get("asset"), Mapping):
        raise UserError("is not glTF; expected a file with an asset, exported as glTF Embedded")
    accessors = Accessors.of(document)
    node = camera_node(document, accessors)
    kept = _kept(document)
    rate = _rate(fps, kept, node)
    at = _frames(node, rate)
    times, values = node.yfov
    fov = between_keys(_on_frames(times, rate), values, at)
    places, rotations = node.world(lambda seconds: _on_frames(seconds, rate), at)
    exact = _with_rounded_away(kept, places, rotations, fov)
    return checked(
        CameraTrack(
            positions=exact[0] @ _AXES,
            rotations=orthonormal(_AXES @ exact[1] @ _AXES),
            fov_deg=np.degrees(exact[2][:, 0]),
            fps=rate,
            size=size_in(kept),
            fov_zooms=kept["fov_zooms"] if isinstance(kept.get("fov_zooms"), bool) else None,
        )
    )


def _kept(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns what `write` keeps beside the animation; empty for files of other programs."""
    for animation in keys_of(document, "animations"):
        extras = animation.get("extras")
        kept = extras.get(_OURS) if isinstance(extras, Mapping) else None
        if isinstance(kept, Mapping):
            return kept
    return {}


def _rate(fps: float | None, kept: Mapping[str, Any], node: CameraNode) -> float:
    if fps is not None:
        return fps
    if "fps" in kept:
        rate = number(kept["fps"], "fps")
    else:
        gaps = np.diff(node.times)
        if not len(gaps) or np.ptp(gaps) > 0.1 * gaps.min():
            raise UserError(
                "does not say how many frames a second has, and its keys are uneven; "
                "give the frames per second"
            )
        rate = float(np.round(1 / gaps.mean(), 2))
    if not 0.01 <= rate <= 1000:
        raise UserError(f"fps: is {rate:g}; expected 0.01 to 1000")
    return rate


def _frames(node: CameraNode, rate: float) -> Array:
    last = _on_frames(node.times[-1:], rate)[0] if len(node.times) else 0.0
    return np.arange(frame_count(float(last), "the last key"), dtype=np.float64)


def _on_frames(seconds: Array, rate: float) -> Array:
    """Returns the frames (n,) of times; those that only rounding keeps from whole frames are on them."""
    frames = seconds * rate
    whole = np.round(frames)
    return np.where(np.abs(frames - whole) <= _ON_FRAME, whole, frames)


def _with_rounded_away(
    kept: Mapping[str, Any], places: Array, rotations: Array, fov: Array
) -> tuple[Array, Array, Array]:
    """Returns the values with what 32 bits rounded away; as they are where the file does not say so."""
    parts = kept.get("rounded_away")
    if not isinstance(parts, Mapping):
        return places, rotations, fov
    found: dict[str, Array] = {}
    for name, like in (("translation", places), ("rotation", np.zeros((len(places), 4))), ("yfov", fov)):
        rows = parts.get(name)
        if not isinstance(rows, list) or len(rows) != len(like):
            return places, rotations, fov
        found[name] = np.array([numbers(row, like.shape[1], f"rounded_away {name}") for row in rows])
    turns = quaternions(rotations)
    largest = max(1.0, float(np.abs(places).max()))
    if max(float(np.abs(part).max()) for part in found.values()) > _ROUNDING * largest:
        return places, rotations, fov
    return places + found["translation"], rotations_of(turns + found["rotation"]), fov + found["yfov"]
