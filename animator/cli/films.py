"""The commands that make films of finished frames, and films of many presets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.options import AllowPickle, Device, Overrides, Raw, RunDir, Threads, layout
from animator.runs.session import show_warnings

films = typer.Typer()


@films.command(epilog="Example: animator encode renders/quickstart/20260101-120000 --out film.webm")
def encode(
    rundir: RunDir,
    overrides: Overrides = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Another file, its suffix the format, or - for standard output.  [default: the run's films]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # noqa: A002 (the name of the option)
        str | None, typer.Option(help="Short for --set output.format=X with X's usual codec.")
    ] = None,
    raw: Raw = False,
    device: Device = "auto",
) -> None:
    """Make films again from a run's finished frames, in any format; prints their paths.

    Settings of the film (output, sound, upscaling, frame_interpolation, fps, name) may be changed by --set.
    """
    from animator.cli.stdout import binary_stdout
    from animator.film.stream import Stream
    from animator.models.device import choose_device
    from animator.runs.progress_bar import Counter
    from animator.runs.reencode import EncodeJob, encode_again, format_overrides, stream_again

    show_warnings()
    piped = layout(out, raw)
    chosen = [*(format_overrides(format) if format else ()), *(overrides or ())]
    again = EncodeJob(rundir, tuple(chosen), None if piped else out, str(choose_device(device)))
    if piped is None:
        sys.stdout.write("".join(f"{path}\n" for path in encode_again(again, Counter())))
        return
    with binary_stdout() as pipe:
        stream_again(again, lambda size, fps: Stream(pipe, size, fps, piped))


@films.command(epilog="Example: animator batch presets/*.yaml --set frames=24 --out renders/tonight")
def batch(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    presets: Annotated[
        list[Path], typer.Argument(help="YAML presets or Deforum settings files.", show_default=False)
    ],
    overrides: Overrides = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="The batch's folder, with a run folder for each film.  [default: renders/batch/<stamp>]",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Films side by side.")] = 1,
    resume: Annotated[
        bool, typer.Option("--continue", help="Go on with a batch: finished films stay, others go on.")
    ] = False,
    device: Device = "auto",
    threads: Threads = None,
    allow_pickle: AllowPickle = False,
) -> None:
    """Render many films, with one loaded model where they share it; prints a table, writes batch.json.

    A film that fails stops no other; the exit code is 1 then.
    """
    from animator.batch.plan import BatchJob
    from animator.batch.run import batch_folder, run_batch
    from animator.models.device import ComputeOptions
    from animator.runs.render_run import open_model

    compute = ComputeOptions(device, threads, allow_pickle=allow_pickle)
    folder = batch_folder(out, resume=resume)
    order = BatchJob(tuple(presets), folder, tuple(overrides or ()), resume=resume, compute=compute)
    raise typer.Exit(run_batch(order, jobs, context.obj or open_model))
