"""One sitting at the command line: open the run, render, tell the person how to go on."""

import logging
import shlex
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
import typer

from animator.config import Animation
from animator.device import choose_device, use_threads
from animator.errors import AnimatorError, RunError
from animator.job import film, open_model, open_run, rewind
from animator.progress import ProgressBar
from animator.run import Run, is_run
from animator.span import Span

INTERRUPTED = 130


@dataclass(frozen=True)
class Machine:
    """What to compute with.

    Attributes:
        device: As `choose_device` takes it.
        threads: CPU threads; None is torch's choice.
        allow_pickle: Read .ckpt files, too, by torch's restricted reader.
    """

    device: str
    threads: int | None
    allow_pickle: bool


@dataclass(frozen=True)
class Order:
    """What was asked for.

    Attributes:
        animation: The film.
        out: The run's folder; None is renders/<name>/<stamp>.
        span: Which frames.
        resume: Go on with a run.
        machine: What to compute with.
    """

    animation: Animation
    out: Path | None
    span: Span
    resume: bool
    machine: Machine


def sit(order: Order) -> None:
    """Renders and prints the film's path.

    Raises:
        AnimatorError: Something failed; how to go on was said.
        typer.Exit: With 130 on Ctrl-C.
    """
    device = choose_device(order.machine.device)
    use_threads(order.machine.threads)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    # In the same orderly way, also where a shell has told its background jobs to ignore Ctrl-C.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    with _open(order) as run:
        try:
            with ProgressBar(run.animation.name) as bar:
                path = _render(order, run, device, bar)
        except KeyboardInterrupt:
            _say(f"stopped; the frames so far are whole. Go on with:\n  {_way_on(run.folder)}")
            raise typer.Exit(INTERRUPTED) from None
        except (AnimatorError, OSError):
            if is_run(run.folder):
                _say(f"the frames so far are whole; go on with:\n  {_way_on(run.folder)}")
            raise
    sys.stdout.write(f"{path}\n")


def _render(order: Order, run: Run, device: torch.device, bar: ProgressBar) -> Path:
    start = order.span.start
    wanted = run.animation if start is None else order.animation
    diffuser = open_model(wanted, device, allow_pickle=order.machine.allow_pickle)
    if start is not None:
        rewind(run, start, wanted, device, diffuser)
    return film(run, device, bar, diffuser, stop=order.span.stop)


def _open(order: Order) -> Run:
    if order.span.start is None:
        return open_run(order.animation, order.out, resume=order.resume)
    if order.out is None or not is_run(order.out):
        raise RunError("--from and --frames A:B redo a part of a run: name its folder with --out")
    return Run.take_up(order.out)


def _way_on(folder: Path) -> str:
    """What was typed, with what it takes to go on."""
    words = ["animator", *sys.argv[1:]]
    if "resume" in words[:2]:
        return shlex.join(words)
    words = _without_from(words)
    words += [] if "--resume" in words else ["--resume"]
    words += [] if "--out" in words else ["--out", str(folder)]
    return shlex.join(words)


def _without_from(words: list[str]) -> list[str]:
    """The words without `--from FRAME`: the run was taken back there already."""
    if "--from" not in words:
        return words
    at = words.index("--from")
    return words[:at] + words[at + 2 :]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
