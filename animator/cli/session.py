"""One sitting at the command line: open the run, render, tell the person how to go on."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import typer

from animator.cli.stdout import binary_stdout
from animator.errors import AnimatorError, RunError
from animator.film.stream import Layout, Stream
from animator.models.device import ComputeOptions, choose_device
from animator.runs.outputs import check_films
from animator.runs.progress_bar import ProgressBar
from animator.runs.render_run import OpenModel, RenderResult, open_model, open_run, render_run
from animator.runs.rewind import rewind
from animator.runs.run import Run, is_run
from animator.runs.session import INTERRUPTED, FrameRange, begin, say
from animator.runs.sink import OpenSink, StreamSink, film_sink
from animator.settings import Animation

PIPED = ("-o", "--out")
"""Before a dash, these send the frames to standard output."""


@dataclass(frozen=True)
class RenderJob:
    """What was asked for.

    Attributes:
        animation: The film.
        out: The run's folder; None is renders/<name>/<stamp>.
        span: Which frames.
        resume: Go on with a run.
        compute: Device, threads and whether pickled weights are read.
        stream: Write the frames to standard output, laid out so, instead of into a film.
    """

    animation: Animation
    out: Path | None
    span: FrameRange
    resume: bool
    compute: ComputeOptions
    stream: Layout | None = None


@dataclass(frozen=True)
class RenderContext:
    """What a rendering uses.

    Attributes:
        device: Where images and models live.
        bar: Is told of every frame.
        sink: Opens what takes the frames.
        opener: Opens the diffuser.
    """

    device: torch.device
    bar: ProgressBar
    sink: OpenSink
    opener: OpenModel


def run_session(order: RenderJob, opener: OpenModel = open_model) -> None:
    """Renders and prints the film's path.

    Args:
        order: What was asked for.
        opener: Opens the diffuser.

    Raises:
        AnimatorError: Something failed; how to go on was said.
        typer.Exit: With 130 on Ctrl-C.
    """
    device = choose_device(order.compute.device)
    begin(order.compute.threads)
    check_films(order.animation, device)
    with _open(order) as run:
        try:
            with ProgressBar(run.animation.name) as bar, _opened(order) as sink:
                result = _render(order, run, RenderContext(device, bar, sink, opener))
        except KeyboardInterrupt:
            say(f"stopped; the frames so far are whole. Go on with:\n  {_way_on(run.folder)}")
            raise typer.Exit(INTERRUPTED) from None
        except (AnimatorError, OSError):
            if is_run(run.folder):
                say(f"the frames so far are whole; go on with:\n  {_way_on(run.folder)}")
            raise
    if order.stream is None:
        sys.stdout.write("".join(f"{path}\n" for path in (result.film, *result.extra_films)))
    else:
        say(f"the frames are in {run.folder}")


def _render(order: RenderJob, run: Run, place: RenderContext) -> RenderResult:
    start = order.span.start
    wanted = run.animation if start is None else order.animation
    diffuser = place.opener(wanted, place.device, allow_pickle=order.compute.allow_pickle)
    if start is not None:
        rewind(run, start, wanted, place.device, diffuser)
    return render_run(
        run, diffuser=diffuser, device=place.device, progress=place.bar, end=order.span.stop, sink=place.sink
    )


@contextmanager
def _opened(order: RenderJob) -> Iterator[OpenSink]:
    """Where the frames go: into the film, or to standard output."""
    if order.stream is None:
        yield film_sink
        return
    with binary_stdout() as out:
        settings = order.animation
        yield partial(StreamSink, Stream(out, settings.size, settings.fps, order.stream))


def _open(order: RenderJob) -> Run:
    if order.span.start is None:
        return open_run(order.animation, order.out, resume=order.resume)
    if order.out is None or not is_run(order.out):
        raise RunError("--from and --frames A:B redo a part of a run: name its folder with --out")
    return Run.take_up(order.out)


def _way_on(folder: Path) -> str:
    """What was typed, with what it takes to go on."""
    words = ["animator", *sys.argv[1:]]
    at = next((at for at in range(len(words) - 1) if words[at] in PIPED and words[at + 1] == "-"), None)
    words = words if at is None else words[:at] + words[at + 2 :]
    if "resume" in words[:2]:
        return shlex.join(words)
    words = _without(words, "--from")  # the run was taken back there already
    words += [] if "--resume" in words else ["--resume"]
    words += [] if set(PIPED) & set(words) else ["--out", str(folder)]
    return shlex.join(words)


def _without(words: list[str], option: str) -> list[str]:
    """The words without an option and its value."""
    if option not in words:
        return words
    at = words.index(option)
    return words[:at] + words[at + 2 :]
