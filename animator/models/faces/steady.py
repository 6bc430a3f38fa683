"""Holds faces still from frame to frame: a detector's small errors would make restored faces tremble."""

from collections.abc import Sequence

import numpy as np

from animator.models.faces.face import Face, Landmarks, rms, size_of
from animator.models.faces.restore import CERTAIN

LEASH = 0.08
"""How far the points of a face may be from those that are used, as a share of its size; see `hold_still`."""
_NEAR = 1.0
"""How far a face may have moved to be the same one, as a share of its size."""


def hold_still(found: Sequence[Face], last: Sequence[Landmarks]) -> tuple[Landmarks, ...]:
    """Returns the landmarks to use for the faces of a frame.

    Those of a face that was there in the last frame follow the found ones as if on a leash: they stay where
    they are while the found ones are within its length, and are pulled along beyond it. So a head at rest is
    cut out at the same place in every frame, and a moving one evenly. A face that was there stays also
    where the detector is less certain of it; a new one has to be certain.

    Args:
        found: The faces of the frame, the most certain first.
        last: What this function returned for the last frame; empty at the start of a scene.
    """
    free = list(last)
    held: list[Landmarks] = []
    for face in found:
        match = _nearest(face, free)
        if match is not None:
            held.append(_pull(free.pop(match), face.landmarks))
        elif face.score >= CERTAIN:
            held.append(face.landmarks)
    return tuple(held)


def _nearest(face: Face, faces: Sequence[Landmarks]) -> int | None:
    """Returns the index of the nearest of some faces; None if none is near."""
    distances = [rms(face.landmarks - other) for other in faces]
    index = int(np.argmin(distances)) if distances else 0
    return index if distances and distances[index] < _NEAR * size_of(face.landmarks) else None


def _pull(held: Landmarks, found: Landmarks) -> Landmarks:
    """Returns the held landmarks, moved toward the found ones until the leash has its length."""
    distance, length = rms(held - found), LEASH * size_of(found)
    return held if distance <= length else found + (held - found) * (length / distance)
