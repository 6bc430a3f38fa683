"""A render session: opens the run, renders, prints the resume command where it stops early."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import typer

from animator.cli.resume_command import resume_command
from animator.cli.stdout import binary_stdout, write_out
from animator.errors import AnimatorError, RunError
from animator.film.stream import Layout, Stream
from animator.models.device import ComputeOptions, choose_device
from animator.runs.outputs import check_films
from animator.runs.progress_bar import ProgressBar
from animator.runs.render_run import OpenModel, RenderResult, open_model, open_run, render_run
from animator.runs.rewind import rewind
from animator.runs.run import Run, is_run
from animator.runs.run_targets import check_run_targets
from animator.runs.session import INTERRUPTED, FrameRange, say, start_session
from animator.runs.sink import OpenSink, StreamSink, film_sink
from animator.settings import Animation


@dataclass(frozen=True)
class RenderJob:
    """The request to render a film.

    Attributes:
        animation: The film.
        out: The run folder; None is renders/<name>/<stamp>.
        span: The frames to render.
        resume: Resume a run.
        compute: Device and threads.
        stream: Layout of the frames on standard output; None makes a video file.
    """

    animation: Animation
    out: Path | None
    span: FrameRange
    resume: bool
    compute: ComputeOptions
    stream: Layout | None = None


@dataclass(frozen=True)
class RenderContext:
    """Resources of a rendering.

    Attributes:
        device: Device of images and models.
        bar: Shows progress.
        sink: Opens the sink of the frames.
        opener: Opens the diffuser.
    """

    device: torch.device
    bar: ProgressBar
    sink: OpenSink
    opener: OpenModel


def run_session(job: RenderJob, opener: OpenModel = open_model) -> None:
    """Renders a film and prints the path of its video.

    Args:
        job: The film and its options.
        opener: Opens the diffuser.

    Raises:
        AnimatorError: Something failed; the resume command has been printed.
        typer.Exit: With 130 on Ctrl-C.
    """
    device = choose_device(job.compute.device)
    start_session(job.compute.threads)
    check_films(job.animation, device)
    with _open_run(job) as run:
        try:
            with ProgressBar(run.animation.name) as bar, _open_sink(job) as sink:
                result = _render(job, run, RenderContext(device, bar, sink, opener))
        except KeyboardInterrupt:
            say(f"stopped; the frames so far are complete. Resume with:\n  {_resume_command(run)}")
            raise typer.Exit(INTERRUPTED) from None
        except (AnimatorError, OSError):
            if is_run(run.folder):
                say(f"the frames so far are complete; resume with:\n  {_resume_command(run)}")
            raise
    if job.stream is None:
        write_out("".join(f"{path}\n" for path in (result.film, *result.extra_films)))
    else:
        say(f"the frames are in {run.folder}")


def _render(job: RenderJob, run: Run, context: RenderContext) -> RenderResult:
    start = job.span.start
    animation = run.animation if start is None else job.animation
    check_run_targets(run, animation, run.state().next_frame if start is None else start)
    diffuser = context.opener(animation, context.device)
    if start is not None:
        rewind(run, start, animation, context.device, diffuser)
    return render_run(
        run,
        diffuser=diffuser,
        device=context.device,
        progress=context.bar,
        end=job.span.stop,
        sink=context.sink,
    )


@contextmanager
def _open_sink(job: RenderJob) -> Iterator[OpenSink]:
    """Yields the opener of the sink: of a video file, or of standard output."""
    if job.stream is None:
        yield film_sink
        return
    with binary_stdout() as out:
        settings = job.animation
        yield partial(StreamSink, Stream(out, settings.size, settings.fps, job.stream))


def _open_run(job: RenderJob) -> Run:
    if job.span.start is None:
        return open_run(job.animation, job.out, resume=job.resume)
    if job.out is None or not is_run(job.out):
        raise RunError("--from and --frames A:B redo a part of a run: name its folder with --out")
    return Run.open(job.out)


def _resume_command(run: Run) -> str:
    return resume_command(sys.argv[1:], run.folder)
