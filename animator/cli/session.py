"""A render session: opens the run, renders, prints the resume command where it stops early."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import typer

from animator.cli.resume_command import resume_command, resume_film_command
from animator.cli.stdout import binary_stdout, write_out
from animator.errors import AnimatorError, RunError
from animator.film.stream import Layout, Stream
from animator.models.device import ComputeOptions, choose_device
from animator.runs.delivery import Delivery
from animator.runs.open_model import OpenModel, SessionOptions, open_model
from animator.runs.outputs import try_networks
from animator.runs.progress import Progress
from animator.runs.progress_bar import ProgressBar
from animator.runs.render_frames import Rendering, Report
from animator.runs.render_run import RenderResult, open_run, render_again, resume_run
from animator.runs.run import Run, is_run
from animator.runs.run_settings import with_seed_of
from animator.runs.session import INTERRUPTED, FrameRange, say, start_session
from animator.runs.sink import OpenSink, StreamSink, film_sink
from animator.runs.start_line import start_line
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
        delivery: Where the finished film is put besides the run folder; None leaves it there alone.
    """

    animation: Animation
    out: Path | None
    span: FrameRange
    resume: bool
    compute: ComputeOptions
    stream: Layout | None = None
    delivery: Delivery | None = None


def run_session(job: RenderJob, opener: OpenModel = open_model) -> None:
    """Renders a film and prints the path of its video.

    Args:
        job: The film and its options.
        opener: Opens the diffuser.

    Raises:
        AnimatorError: Something failed; where the run can be resumed, the command has been printed.
        typer.Exit: With 130 on Ctrl-C.
    """
    device = choose_device(job.compute.device)
    start_session(job.compute.threads)
    try_networks(job.animation, device)
    with _open_run(job) as run:
        bar = ProgressBar(run.animation.name)
        report = _Report(bar)
        say(_start_line(job, run, device))
        try:
            with bar, _open_sink(job) as sink:
                rendering = Rendering(device, report, end=job.span.stop, open_sink=sink, enter=bar.enter)
                result = _render(job, run, rendering, opener)
        except KeyboardInterrupt:
            say(_advice_when_stopped(job, run))
            raise typer.Exit(INTERRUPTED) from None
        except (AnimatorError, OSError):
            # What fails before the first frame would fail again.
            if report.has_begun and _can_resume(run):
                say(f"the frames so far are complete; resume with:\n  {_resume_command(job, run)}")
            raise
        _print_result(job, run, result)


def _start_line(job: RenderJob, run: Run, device: torch.device) -> str:
    is_again = job.span.start is not None
    first = job.span.start if job.span.start is not None else run.state().next_frame
    animation = with_seed_of(run.animation, job.animation) if is_again else run.animation
    return start_line(run, animation, str(device), first, streams=job.stream is not None)


def _print_result(job: RenderJob, run: Run, result: RenderResult) -> None:
    """Prints the paths of a run's videos, after the film was put where it was wanted."""
    if job.stream is not None:
        say(f"the frames are in {run.folder}")
        return
    films = [result.film, *result.extra_films]
    if job.delivery is not None:
        copied = job.delivery.deliver(run)
        films = [job.delivery.path, *(film for film in films if film != copied)]
    write_out("".join(f"{path}\n" for path in films))


class _Report:
    """Passes progress on, and remembers that frames are being rendered."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.has_begun = False

    def __call__(self, progress: Progress) -> None:
        self.has_begun = True
        self._report(progress)


def _render(job: RenderJob, run: Run, rendering: Rendering, opener: OpenModel) -> RenderResult:
    compute = job.compute
    options = SessionOptions(
        opener=opener,
        threads=compute.threads,
        accept_changed_inputs=compute.accept_changed_inputs,
    )
    if job.span.start is None:
        return resume_run(run, options, rendering)
    return render_again(run, job.span.start, job.animation, options, rendering)


def _advice_when_stopped(job: RenderJob, run: Run) -> str:
    """Returns how to go on after Ctrl-C."""
    if job.span.start is not None and run.animation is not job.animation:
        command = shlex.join(["animator", *sys.argv[1:]])
        return f"stopped; the finished frames are as they were. Try again with:\n  {command}"
    if not is_run(run.folder):
        return f"stopped before the first frame. Start again with:\n  {_resume_command(job, run)}"
    if not _can_resume(run):
        return "stopped; the finished frames are as they were"
    return f"stopped; the frames so far are complete. Resume with:\n  {_resume_command(job, run)}"


def _can_resume(run: Run) -> bool:
    try:
        return is_run(run.folder) and run.state().next_frame >= 0
    except AnimatorError:
        return False


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


def _resume_command(job: RenderJob, run: Run) -> str:
    if job.delivery is None:
        return resume_command(sys.argv[1:], run.folder)
    return resume_film_command(sys.argv[1:], run.folder if is_run(run.folder) else None, job.delivery.path)
