"""Estimates of the work and the disk space that a film takes, from its plans."""

from dataclasses import dataclass

import numpy as np

from animator.settings.modes import mode_of
from animator.timeline.timeline import Timeline

BYTES_PER_PIXEL = 3
"""Of a frame's PNG, if the image cannot be compressed at all."""


@dataclass(frozen=True)
class Estimate:
    """The work and the disk space of a film.

    Attributes:
        generated: Number of generated frames.
        steps: Number of sampler steps of all generations.
        frame_bytes: Largest size of all frames on disk.
    """

    generated: int
    steps: int
    frame_bytes: int

    def __str__(self) -> str:
        return f"about {self.steps} diffusion steps, up to {_size(self.frame_bytes)} of frames on disk"


def estimate(timeline: Timeline) -> Estimate:
    """Returns the estimate of a film."""
    film = timeline.animation
    generations = 1
    if mode_of(film).prepares:
        flow_redo = film.diffusion.optical_flow_redo_generation != "none"
        generations += film.diffusion.diffusion_redo + int(flow_redo)
    generated = timeline.generated_frames
    has_image = np.full(len(generated), mode_of(film).source != "nothing")
    has_image[0] &= mode_of(film).source == "clip" or film.begins_over_image
    steps = np.asarray(timeline.column("diffusion.steps"))[generated].astype(np.int64)
    strength = np.where(has_image, np.asarray(timeline.column("diffusion.strength"))[generated], 0.0)
    run = np.maximum(
        1, (steps - strength * steps + 1e-6).astype(np.int64)
    )  # as `GenerationRequest.steps_run`
    total = int((run * np.where(has_image, generations, 1)).sum())
    width, height = film.size
    return Estimate(len(generated), total, film.frames * width * height * BYTES_PER_PIXEL)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
