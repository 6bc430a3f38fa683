"""What a run gets besides its frames: run.json, subtitles, extra films."""

import time
from pathlib import Path

import torch

from animator.core.atomic import atomic_write
from animator.models.diffusion.checkpoints.model_info import records_of
from animator.models.diffusion.request import Diffuser
from animator.presets.subtitles import to_srt
from animator.runs.outputs import Output, RunOutputs
from animator.runs.progress import Progress
from animator.runs.render_frames import Rendered, Rendering
from animator.runs.run import Run
from animator.runs.run_record import run_facts
from animator.timeline.timeline import Timeline


class _Stopped(Exception):  # noqa: N818 (not an error)
    """Leaves an extra film in the middle."""


def record_start(run: Run, diffuser: Diffuser, device: torch.device) -> None:
    """Writes run.json before the first frame; digests of models follow at the end."""
    run.record({**run_facts(run.animation, device), "models": records_of(diffuser, wait=False)})


def record_end(run: Run, diffuser: Diffuser, device: torch.device, rendered: Rendered, first: int) -> None:
    """Writes run.json after the last frame.

    Args:
        run: The open run folder.
        diffuser: The model that drew.
        device: Where it drew.
        rendered: How far the rendering came.
        first: The first frame of this rendering.
    """
    facts = {
        **run_facts(run.animation, device),
        "models": records_of(diffuser, wait=not rendered.stopped),
        "rendered_frames": rendered.frames - first,
        "seconds": rendered.seconds,
    }
    run.record(facts)


def write_subtitles(run: Run) -> None:
    """Writes the film's subtitles, where the settings ask for them."""
    animation = run.animation
    if animation.output.subtitles:
        text = to_srt(Timeline(animation), animation.output.subtitles)
        atomic_write(run.folder / f"{animation.name}.srt", text.encode())


def make_extra_films(run: Run, frames: int, rendering: Rendering) -> tuple[tuple[Path, ...], bool]:
    """Makes the larger, smoother and GIF films that the settings ask for.

    Args:
        run: The open run folder.
        frames: How many of its frames.
        rendering: Device, progress, and the token that stops between images.

    Returns:
        The films made, and whether all of them were.

    Raises:
        AnimatorError: A network or ffmpeg failed.
    """
    made: list[Path] = []
    for version in RunOutputs(run, frames, run.animation, rendering.device).extras:
        path = _made(version, rendering)
        if path is None:
            return tuple(made), False
        made.append(path)
    return tuple(made), True


def _made(version: Output, rendering: Rendering) -> Path | None:
    """The path of an extra film, made; None where it was stopped."""
    began = time.monotonic()

    def report(done: int) -> None:
        elapsed = time.monotonic() - began
        rendering.report(Progress(done, version.count, elapsed, done, version.film.file.name))
        if rendering.stop.is_set and done < version.count:
            raise _Stopped

    try:
        return None if rendering.stop.is_set else version.make(report)
    except _Stopped:
        return None
