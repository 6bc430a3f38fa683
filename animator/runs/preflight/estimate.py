"""Estimates of the work and the disk space that a film takes, from its plans."""

from dataclasses import dataclass

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
    over_image = mode_of(film).source == "clip" or film.begins_over_image
    steps = 0
    for index, frame in enumerate(map(int, timeline.generated_frames)):
        plan = timeline.plan(frame)
        has_image = mode_of(film).source != "nothing" and (index > 0 or over_image)
        kept = plan.diffusion.strength if has_image and not plan.cut else 0.0
        steps += max(1, int(plan.diffusion.steps * (1.0 - kept) + 1e-6)) * (generations if has_image else 1)
    width, height = film.size
    return Estimate(len(timeline.generated_frames), steps, film.frames * width * height * BYTES_PER_PIXEL)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
