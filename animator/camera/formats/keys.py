"""Keyed values of a file as values of every frame, and the checks that all readers share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.camera.pose import quaternions, rotations_of
from animator.camera.track import CameraTrack
from animator.core.json_text import parse_json
from animator.errors import UserError

Array = NDArray[np.float64]
MOST_FRAMES = 100_000
MOST_BYTES = 64 * 2**20
_FARTHEST = 1e9
_MOST_PIXELS = 65536


def number(value: Any, what: str) -> float:
    """Returns a number of a file.

    Raises:
        UserError: It is not a number, or not a finite one of reasonable size.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _FARTHEST:
        raise UserError(f"{what}: is {value!r:.80}; expected a number")
    return float(value)


def numbers(values: Any, count: int, what: str) -> tuple[float, ...]:
    """Returns some numbers of a file.

    Raises:
        UserError: It is not a list of so many numbers.
    """
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != count:
        raise UserError(f"{what}: is {values!r:.80}; expected {count} numbers")
    return tuple(number(value, what) for value in values)


def parsed(text: str, what: str) -> float:
    """Returns the number that a text says.

    Raises:
        UserError: It says none.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > _FARTHEST:
        raise UserError(f"{what}: is {text!r:.80}; expected a number")
    return value


def parsed_json(text: str) -> Any:
    """Returns the value of a JSON file.

    Raises:
        UserError: It is not JSON.
    """
    try:
        return parse_json(text)
    except ValueError as error:
        raise UserError(f"is not JSON: {error}") from error


def side(pixels: float, what: str) -> int:
    """Returns a width or a height in pixels.

    Raises:
        UserError: It is none of an image.
    """
    if not 1 <= pixels <= _MOST_PIXELS:
        raise UserError(f"{what}: is {pixels:g}; expected pixels, 1 to {_MOST_PIXELS}")
    return int(pixels)


def size_in(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Returns the width and height that values of a JSON file have as `size`; None where they have none.

    Raises:
        UserError: It is no size.
    """
    if values.get("size") is None:
        return None
    width, height = numbers(values["size"], 2, "size")
    return side(width, "size"), side(height, "size")


def frame_count(last: float, what: str) -> int:
    """Returns the number of frames up to a last one.

    Raises:
        UserError: There are too many, or none.
    """
    if not 0 <= last < MOST_FRAMES:
        raise UserError(f"{what}: ends at frame {last:.9g}; expected 0 to {MOST_FRAMES - 1}")
    return int(last) + 1


def between_keys(times: Array, values: Array, at: Array) -> Array:
    """Returns values (n, k) at some times (n,), straight between keys (m, k); before and after them held.

    Of several keys at the same time the last one counts from then on.
    """
    return np.stack([np.interp(at, times, column) for column in values.T], axis=1)


def between_turns(times: Array, turns: Array, at: Array) -> Array:
    """Returns quaternions (n, 4) at some times (n,), on the shortest way between keys (m, 4).

    Of several keys at the same time the last one counts from then on.

    Source:
        Spherical linear interpolation (K. Shoemake, 1985).
    """
    unit = turns / np.linalg.norm(turns, axis=1, keepdims=True)
    if len(times) == 1:
        return np.repeat(unit, len(at), axis=0)
    now = np.clip(at, times[0], times[-1])
    left = np.clip(np.searchsorted(times, now, side="right") - 1, 0, len(times) - 2)
    span = times[left + 1] - times[left]
    share = np.where(span > 0, (now - times[left]) / np.where(span > 0, span, 1.0), 1.0)[:, None]
    start, end = unit[left], unit[left + 1]
    cosine = np.sum(start * end, axis=1, keepdims=True)
    end, cosine = np.where(cosine < 0, -end, end), np.abs(cosine)
    angle = np.arccos(np.clip(cosine, 0.0, 1.0))
    sine = np.maximum(np.sin(angle), 1e-9)
    near = angle < 1e-6  # straight between them, which is also exact at the keys
    by_start = np.where(near, 1 - share, np.sin((1 - share) * angle) / sine)
    by_end = np.where(near, share, np.sin(share * angle) / sine)
    found = by_start * start + by_end * end
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def ascending(times: Sequence[float], what: str) -> Array:
    """Returns the times of keys.

    Raises:
        UserError: There are none, or they do not ascend.
    """
    found = np.asarray(times, dtype=np.float64)
    if not len(found) or not np.isfinite(found).all() or (np.diff(found) <= 0).any():
        raise UserError(
            f"{what}: the times of its keys do not ascend; expected each one after the one before"
        )
    return found


def at_rate(track: CameraTrack, fps: float) -> CameraTrack:
    """Returns a track at some frames per second; one that does not say its own has these.

    Raises:
        UserError: It has too many frames at this rate.
    """
    if track.fps is None or track.fps == fps:
        return replace(track, fps=fps)
    own = np.arange(len(track), dtype=np.float64)
    last = round(own[-1] / track.fps * fps, 6)  # as 10 / 30 * 24 is a little below 8
    at = np.arange(frame_count(last, f"at {fps:g} frames per second"), dtype=np.float64) / fps * track.fps
    return replace(
        track,
        positions=between_keys(own, track.positions, at),
        rotations=rotations_of(between_turns(own, quaternions(track.rotations), at)),
        fov_deg=between_keys(own, track.fov_deg[:, None], at)[:, 0],
        fps=fps,
    )


def checked(track: CameraTrack) -> CameraTrack:
    """Returns a track that was read.

    Raises:
        UserError: A field of view is not one, or fps or size are not reasonable.
    """
    if (frame := track.first_wrong_fov) is not None:
        raise UserError(
            f"frame {frame}: the field of view is {track.fov_deg[frame]:g} degrees; expected 0 to 180"
        )
    if track.fps is not None and not 0.01 <= track.fps <= 1000:
        raise UserError(f"fps: is {track.fps:g}; expected 0.01 to 1000")
    return track
