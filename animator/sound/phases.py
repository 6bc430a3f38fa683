"""Onsets, beats and bars as values for each frame of a film."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDING_S = 1e-6
"""What begins with a frame is in it, whatever the last digits of both times are."""


def strongest(times: Array, strengths: Array, edges: Array) -> Array:
    """Returns the strength of the strongest event in each frame; 0 in one without.

    Args:
        times: Seconds of the film, in any order, inside the film and outside.
        strengths: One for each.
        edges: (frames + 1,) seconds at which a frame begins, and the film's end.
    """
    result = np.zeros(len(edges) - 1)
    frames = np.searchsorted(edges, times + ROUNDING_S, side="right") - 1
    inside = (frames >= 0) & (frames < len(result))
    np.maximum.at(result, frames[inside], strengths[inside])
    return result


def phase(times: Array, edges: Array) -> Array:
    """Returns the share that has passed, at the beginning of each frame, of the time from event to event.

    It is 0 in the frame in which an event is, before the first event, and one period after the last.

    Args:
        times: Seconds of the film, rising, inside the film and outside.
        edges: As above.
    """
    if len(times) < 2:
        return np.zeros(len(edges) - 1)
    ends = np.append(times, 2.0 * times[-1] - times[-2])
    begins = edges[:-1] + ROUNDING_S
    last = np.searchsorted(ends, begins, side="right") - 1
    inside = (last >= 0) & (last < len(times))
    last = np.clip(last, 0, len(times) - 1)
    passed = (begins - ends[last]) / np.maximum(ends[last + 1] - ends[last], ROUNDING_S)
    has_event = strongest(times, np.ones(len(times)), edges) > 0.0
    return np.where(inside & ~has_event, np.clip(passed, 0.0, 1.0), 0.0)
