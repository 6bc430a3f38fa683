"""The files of a run besides its frames: run.json, subtitles, extra videos."""

import time
from pathlib import Path
from typing import Any

from animator.core.atomic import atomic_write
from animator.models.diffusion.checkpoints.model_info import model_records
from animator.models.diffusion.request import Diffuser
from animator.presets.subtitles import to_srt
from animator.runs.output_paths import OutputPaths
from animator.runs.outputs import Output, RunOutputs
from animator.runs.progress import Progress
from animator.runs.render_frames import Rendered, Rendering
from animator.runs.run import Run
from animator.runs.run_record import run_facts
from animator.timeline.timeline import Timeline


class _Stopped(Exception):  # noqa: N818 (not an error)
    """Leaves an extra video unfinished."""


def record_start(run: Run, diffuser: Diffuser, rendering: Rendering) -> None:
    """Writes run.json before the first frame; digests of models follow at the end."""
    run.record({**_facts(run, diffuser, rendering), "models": model_records(diffuser, wait=False)})


def record_end(run: Run, diffuser: Diffuser, rendering: Rendering, rendered: Rendered, first: int) -> None:
    """Writes run.json after the last frame.

    Args:
        run: The open run folder.
        diffuser: The model of the frames.
        rendering: Device, and further facts.
        rendered: How far the rendering came.
        first: The first frame of this session.
    """
    facts = {
        **_facts(run, diffuser, rendering),
        "models": model_records(diffuser, wait=not rendered.stopped),
        "rendered_frames": rendered.frames - first,
        "seconds": rendered.seconds,
    }
    run.record(facts)


def _facts(run: Run, diffuser: Diffuser, rendering: Rendering) -> dict[str, Any]:
    facts = {**run_facts(run.animation, rendering.device), **rendering.facts}
    precision = getattr(diffuser, "precision", None)  # which those without a model do not have
    return facts if precision is None else {**facts, "precision": precision}


def write_subtitles(run: Run) -> None:
    """Writes the film's subtitles, where the settings ask for them."""
    animation = run.animation
    path = OutputPaths(run.folder, animation).subtitles
    if path is not None:
        atomic_write(path, to_srt(Timeline(animation), animation.output.subtitles).encode())


def make_extra_films(run: Run, frames: int, rendering: Rendering) -> tuple[tuple[Path, ...], bool]:
    """Makes the upscaled, interpolated and GIF videos that the settings ask for.

    Args:
        run: The open run folder.
        frames: Number of its frames to use.
        rendering: Device, progress, and the token that stops between images.

    Returns:
        Paths of the videos made, and True where all of them were.

    Raises:
        AnimatorError: A network or ffmpeg failed.
    """
    made: list[Path] = []
    for output in RunOutputs(run, frames, run.animation, rendering.device).extras:
        path = _make_unless_stopped(output, rendering)
        if path is None:
            return tuple(made), False
        made.append(path)
    return tuple(made), True


def _make_unless_stopped(output: Output, rendering: Rendering) -> Path | None:
    """Makes an extra video and returns its path; None where the stop token was set."""
    started = time.monotonic()

    def report(done: int) -> None:
        elapsed = time.monotonic() - started
        rendering.report(Progress(done, output.count, elapsed, done, output.film.file.name))
        if rendering.stop.is_set and done < output.count:
            raise _Stopped

    try:
        rendering.enter(output.phase)
        return None if rendering.stop.is_set else output.make(report)
    except _Stopped:
        return None
