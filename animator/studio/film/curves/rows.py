"""The rows of the editor of curves: a schedule each, with its points and the keys in view."""

import math
from collections.abc import Sequence

from animator.settings import Animation
from animator.studio.film.curves.keys import Keys, ShownKey
from animator.studio.film.curves.wire import CurveData, KeyData, SpanData
from animator.timeline.columns import range_of
from animator.timeline.sampled import SampledCurve, curve_of

POINTS = 8000
"""Points of all curves together, about."""
FEWEST_POINTS, MOST_POINTS = 300, 2000
"""Points of one curve in a long film."""
MOST_KEYS = 250
"""Keys of one schedule that are shown; of more, only those in view, and none where even these are more."""
TEXT_LENGTH = 160
"""Characters of a text in a span; its editor has all of it."""


def points_for(curves: int) -> int:
    """Returns how many points each of some curves has, so that all of them are quickly sent."""
    return min(max(POINTS // max(curves, 1), FEWEST_POINTS), MOST_POINTS)


def curve_data(film: Animation, path: str, keys: Keys, window: tuple[int, int], points: int) -> CurveData:
    """Returns a schedule of numbers for the browser.

    Args:
        film: The film.
        path: The schedule's setting.
        keys: Its keys.
        window: First and last frame in view.
        points: About how many points to send.

    Raises:
        PresetError: It cannot be evaluated.
        ScheduleError: A key is not a frame.
    """
    is_short = film.frames <= points  # then all of it is sent, and panning waits for nothing
    curve = curve_of(film, path, points, None if is_short else range(window[0], window[1] + 1))
    limits = range_of(film, path)
    shown = keys.shown
    return {
        "path": path,
        "frames": curve.frames.tolist(),
        "values": _finite(curve.values.tolist()),
        "raw": _raw(curve),
        "low": limits.low if limits else None,
        "high": limits.high if limits else None,
        "whole": bool(limits and limits.is_whole),
        "keys": _keys(shown, window),
        "keyCount": len(shown),
    }


def span_data(path: str, keys: Keys, window: tuple[int, int]) -> SpanData:
    """Returns a schedule of texts for the browser; arguments as for `curve_data`.

    Raises:
        ScheduleError: A key is not a frame.
    """
    shown = keys.shown
    return {"path": path, "keys": _keys(shown, window), "keyCount": len(shown)}


def _keys(shown: Sequence[ShownKey], window: tuple[int, int]) -> list[KeyData]:
    """Returns the keys to show: all of them, or those in view, or none."""
    if len(shown) > MOST_KEYS:
        shown = [key for key in shown if window[0] <= key.frame <= window[1]]
    return [_key(key) for key in shown] if len(shown) <= MOST_KEYS else []


def _key(key: ShownKey) -> KeyData:
    value = key.value if key.value is not None and math.isfinite(key.value) else None
    return {
        "index": key.index,
        "frame": key.frame,
        "time": key.time,
        "text": key.text[:TEXT_LENGTH],
        "ease": key.ease,
        "value": value,
        "formula": key.is_formula,
    }


def _raw(curve: SampledCurve) -> list[float | None] | None:
    """Returns the values before clamping and rounding; None where they are the same."""
    same = (curve.raw == curve.values).all()
    return None if same else _finite(curve.raw.tolist())


def _finite(values: list[float]) -> list[float | None]:
    """Returns the values with None for those that JSON has no word for."""
    return [value if math.isfinite(value) else None for value in values]
