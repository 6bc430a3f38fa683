"""`bench_draft`: the film that is measured where a person names none."""

from typing import Any

from animator.settings.raw import RawPreset

WARM_UP = 16
"""Frames before those that are measured: buffers, caches and the queues of writer and video fill up."""


def bench_draft(frames: int, cadence: int) -> RawPreset:
    """Returns the settings of a film that moves all the time, in 2D and in 3D; all else is as in every film.

    Args:
        frames: Number of frames to measure.
        cadence: Of the film, which overrides give it; the last group is measured to its end.
    """
    values: dict[str, Any] = {
        "name": "bench",
        "frames": WARM_UP + frames + 2 * max(cadence, 1),
        "size": [512, 512],
        "prompts": "a lake at dawn, mountains, mist",
        "diffusion": {"seed": 1, "cadence": 1},
        "motion": {"angle": 0.5, "zoom": 1.01, "translation_z": 2, "rotation_3d_y": 0.3},
    }
    return RawPreset("the film of animator bench", values, {})
