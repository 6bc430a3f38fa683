"""The frames of a film in which refiners take over, and those in which the U-Net computes otherwise."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from animator.runs.preflight.film import FilmToCheck


def refined_frames(film: FilmToCheck) -> Mapping[tuple[str, str], int]:
    """Returns each model with a refiner that takes over from it, and the first frame where it does."""
    if film.timeline is None or film.is_broken("diffusion.refiner", "diffusion.refiner_share"):
        return {}
    names, refiners = (film.timeline.column(f"diffusion.{name}") for name in ("checkpoint", "refiner"))
    pairs: dict[tuple[str, str], int] = {}
    for frame in film.timeline.generated_frames.tolist():
        if refiners[frame]:
            pairs.setdefault((str(names[frame]) or film.animation.model, str(refiners[frame])), frame)
    return pairs


def acting_frames(film: FilmToCheck, group: str) -> list[int]:
    """Returns the generated frames in which FreeU or deep shrink has a step.

    Args:
        film: The film.
        group: "freeu" or "deep_shrink".
    """
    if film.timeline is None or film.is_broken(group) or not getattr(film.animation, group).enabled:
        return []
    start, end = (numbers(film, f"{group}.{name}") for name in ("start", "end"))
    frames = film.timeline.generated_frames
    acting: list[int] = frames[start[frames] < end[frames]].tolist()
    return acting


def numbers(film: FilmToCheck, path: str) -> NDArray[np.float64]:
    """Returns the values of a schedule of numbers (frames,), of a film that has plans."""
    assert film.timeline is not None  # noqa: S101 (narrows the type)
    return np.asarray(film.timeline.column(path), np.float64)
