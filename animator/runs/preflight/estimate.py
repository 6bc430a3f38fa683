"""Estimates of the work and the disk space that a film takes, from its plans."""

import time
from dataclasses import dataclass
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray

from animator.models.diffusion.checkpoints.defaults import ModelDefaults
from animator.models.diffusion.tuning import Refiner
from animator.runs.machine_speed import MachineSpeed
from animator.settings.inputs import generates_revealed, generates_tweens
from animator.settings.modes import mode_of
from animator.timeline.timeline import Timeline

Floats = NDArray[np.float64]
BYTES_PER_PIXEL = 3
"""Of a frame's PNG, if the image cannot be compressed at all."""
_GENERATION_STEPS = 1.3
"""Encoding, decoding and the steps on the image, in sampler steps of the built-in model."""
_SECONDS_PER_BYTE = 8e-8
"""To warp, compress and encode a frame, by its size without compression."""
_SIDE = 512
"""Of the matrices that are multiplied to measure the CPU."""


@dataclass(frozen=True)
class Estimate:
    """The work and the disk space of a film.

    Attributes:
        generated: Number of generated frames.
        steps: Number of sampler steps of all generations.
        frame_bytes: Largest size of all frames on disk.
        refiner_steps: Those of the steps that refiners make.
        tweened: Number of groups whose in-betweens a video model generates.
        tween_steps: Number of steps that it makes for all of them.
    """

    generated: int
    steps: int
    frame_bytes: int
    refiner_steps: int = 0
    tweened: int = 0
    tween_steps: int = 0

    def __str__(self) -> str:
        refined = f" ({self.refiner_steps} of a refiner)" if self.refiner_steps else ""
        tweened = f", {self.tweened} times the in-betweens by a video model, {self.tween_steps} steps"
        return (
            f"about {self.steps} diffusion steps{refined}{tweened if self.tweened else ''}, "
            f"up to {_size(self.frame_bytes)} of frames on disk"
        )


def estimate(timeline: Timeline, *, begins_within_steps: bool = False) -> Estimate:
    """Returns the estimate of a film.

    Args:
        timeline: The film.
        begins_within_steps: True for models that make a part of their first step, which counts as one.
    """
    film = timeline.animation
    generations = 1
    if mode_of(film).prepares:
        flow_redo = film.diffusion.optical_flow_redo_generation != "none"
        generations += film.diffusion.diffusion_redo + int(flow_redo)
    generated = timeline.generated_frames
    has_image = np.full(len(generated), mode_of(film).source != "nothing")
    has_image[0] &= mode_of(film).source == "clip" or film.begins_over_image
    steps = np.asarray(timeline.column("diffusion.steps"))[generated].astype(np.int64)
    strength = np.where(has_image, _lowest_strength(timeline), 0.0)
    left = steps - strength * steps
    # As `flow_matching.schedule.steps_begun` and `GenerationRequest.steps_run`.
    run = np.ceil(left - 1e-4) if begins_within_steps else np.floor(left + 1e-6)
    run = np.clip(run, 1, np.maximum(steps, 1)).astype(np.int64)
    times = np.where(has_image, generations, 1)
    width, height = film.size
    ends = _tweened(timeline)
    return Estimate(
        generated=len(generated),
        steps=int((run * times).sum()),
        frame_bytes=film.frames * width * height * BYTES_PER_PIXEL,
        refiner_steps=int((_refined(timeline, steps, run) * times).sum()),
        tweened=len(ends),
        tween_steps=int(np.asarray(timeline.column("diffusion.tween_steps"))[ends].astype(np.int64).sum()),
    )


def _tweened(timeline: Timeline) -> NDArray[np.int64]:
    """Returns the last frames of the groups whose in-betweens a video model generates."""
    if not generates_tweens(timeline.animation):
        return np.empty(0, np.int64)
    starts = timeline.generated_frames
    ends = np.append(starts[1:], len(timeline)) - 1
    follow = [
        end > start > 0 and not timeline.plan(start).cut for start, end in zip(starts, ends, strict=True)
    ]
    last: NDArray[np.int64] = ends[np.array(follow, bool)]
    return last


def _refined(timeline: Timeline, steps: NDArray[np.int64], run: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns how many steps a refiner makes of each generation (generated,).

    Args:
        timeline: The film.
        steps: Sampler steps of a full generation (generated,).
        run: Those of them that run (generated,).
    """
    names, refiners = (timeline.column(f"diffusion.{name}") for name in ("checkpoint", "refiner"))
    shares = np.asarray(timeline.column("diffusion.refiner_share"))
    made = [
        run[index] - Refiner(refiner, shares[frame]).first_step(int(steps[index]), int(run[index]))
        if (refiner := str(refiners[frame])) not in ("", names[frame] or timeline.animation.model)
        else 0
        for index, frame in enumerate(timeline.generated_frames.tolist())
    ]
    return np.array(made, np.int64)


def _lowest_strength(timeline: Timeline) -> Floats:
    """Returns the lowest strength of each generation; it is not known yet which of them reveal anything."""
    film = timeline.animation
    strength: Floats = np.asarray(timeline.column("diffusion.strength"), float)[timeline.generated_frames]
    if not generates_revealed(film):
        return strength
    of_new = np.asarray(timeline.column("motion.reveal_strength"))[timeline.generated_frames]
    lowest: Floats = np.minimum(strength, of_new)
    lowest[0] = strength[0]  # an init image is not moved
    return lowest


def film_seconds(
    needed: Estimate, size: tuple[int, int], model: ModelDefaults, speed: MachineSpeed | None = None
) -> float:
    """Returns about how many seconds a film takes on this machine.

    Args:
        needed: The work of the film.
        size: Its width and height.
        model: What is known of its model.
        speed: How fast the machine is with that model; None measures its CPU for some milliseconds, in which
            another load on it shows.
    """
    rate = speed.operations_per_second if speed else _operations_per_second()
    seconds_per_byte = speed.seconds_per_byte if speed else _SECONDS_PER_BYTE
    operations = generation_operations(needed.generated, needed.steps, size, model)
    return operations / rate + needed.frame_bytes * seconds_per_byte


def generation_operations(generated: int, steps: int, size: tuple[int, int], model: ModelDefaults) -> float:
    """Returns the work of generations, as `ModelDefaults.step_work` counts it.

    Args:
        generated: Number of generated images.
        steps: Number of sampler steps of all of them.
        size: Their width and height.
        model: What is known of the model.
    """
    relative_size = size[0] * size[1] / model.side**2
    return (steps + _GENERATION_STEPS * generated) * model.step_work * relative_size


def _operations_per_second() -> float:
    """Returns the floating-point operations of matrix products that all cores do in a second."""
    matrix = np.ones((_SIDE, _SIDE), np.float32)
    seconds = []
    for _ in range(6):
        start = time.thread_time()  # as the clock, but for what other programs take
        matrix @ matrix
        seconds.append(time.thread_time() - start)
    return 2.0 * _SIDE**3 / min(seconds)


def duration_text(seconds: float) -> str:
    """Returns a time such as `2 min`, with two digits at most: more would not be known."""
    units = ((86400, "days"), (3600, "h"), (60, "min"), (1, "s"))
    unit, name = next((unit for unit in units if seconds >= unit[0]), units[-1])
    value = max(seconds / unit, 1.0)
    digits = 1 - ceil(log10(value))
    return f"{round(value, max(digits, 0)):g} {name}"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
