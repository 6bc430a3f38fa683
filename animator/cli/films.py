"""The commands that encode finished frames again, and render many presets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.options import (
    AcceptChangedInputs,
    Device,
    Force,
    Overrides,
    Raw,
    RunDir,
    Threads,
    out_option,
)
from animator.cli.output_path import output_folder, output_video, stream_layout
from animator.cli.permission_options import takes_permissions
from animator.cli.renamed import renamed_options
from animator.cli.stdout import write_out
from animator.runs.session import INTERRUPTED, say, show_warnings

films = typer.Typer()


@films.command(epilog="Example: animator encode renders/quickstart/20260101-120000 --out film.webm")
@takes_permissions
def encode(  # noqa: PLR0913 (one parameter per option)
    rundir: RunDir,
    overrides: Overrides = None,
    out: Annotated[
        Path | None,
        out_option(
            output_video,
            "Another file, its suffix the format; a folder for PNG files; or - for standard output.  "
            "[default: the run's videos]",
        ),
    ] = None,
    format: Annotated[  # noqa: A002 (the name of the option)
        str | None, typer.Option(help="Short for --set output.format=X with X's usual codec.")
    ] = None,
    raw: Raw = False,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Encode a run's finished frames again, in any format; prints the paths of the videos.

    --set may change settings of the video: output, sound, upscaling, frame_interpolation, fps, name.
    """
    from animator.cli.stdout import binary_stdout
    from animator.film.stream import Stream
    from animator.models.device import choose_device
    from animator.runs.progress_bar import Counter
    from animator.runs.reencode import EncodeJob, format_overrides, reencode, stream_frames

    show_warnings()
    layout = stream_layout(out, raw=raw)
    settings = [*(format_overrides(format) if format else ()), *(overrides or ())]
    job = EncodeJob(rundir, tuple(settings), None if layout else out, str(choose_device(device)), force)
    if layout is None:
        write_out("".join(f"{path}\n" for path in reencode(job, Counter())))
        return
    with binary_stdout() as stdout:
        stream_frames(job, lambda size, fps: Stream(stdout, size, fps, layout))


@films.command(
    cls=renamed_options({}),
    epilog="Example: animator batch presets/*.yaml --set frames=24 --out renders/tonight",
)
@takes_permissions
def batch(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    presets: Annotated[
        list[Path],
        typer.Argument(help="Presets or Deforum settings files, or folders of them.", show_default=False),
    ],
    overrides: Overrides = None,
    out: Annotated[
        Path | None,
        out_option(
            output_folder,
            "The batch's folder, with a run folder for each film.  [default: renders/batch/<stamp>]",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Films to render at once.")] = 1,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", "--continue", help="Resume a batch: finished films stay, others are finished."
        ),
    ] = False,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=V1,V2,...",
            help="Render every combination of these values, and lay them into one film and one sheet.",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Render N variations with other seeds, as --grid does.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    accept_changed_inputs: AcceptChangedInputs = False,
) -> None:
    """Render many films, with one loaded model where they share it; prints a table, writes batch.json.

    A film that fails does not stop the others; the exit code is 1 then.
    """
    from animator.batch.plan import BatchJob
    from animator.batch.presets import expand_folders
    from animator.batch.run import batch_folder, run_batch
    from animator.cli.resume_command import resume_command
    from animator.models.device import ComputeOptions
    from animator.presets.grid import grid_of
    from animator.runs.open_model import open_model

    compute = ComputeOptions(device, threads, accept_changed_inputs)
    folder = batch_folder(out, resume=resume)
    job = BatchJob(
        expand_folders(presets),
        folder,
        tuple(overrides or ()),
        resume=resume,
        compute=compute,
        grid=grid_of(grid or (), seeds, overrides or ()),
    )
    code = run_batch(job, jobs, context.obj or open_model)
    if code == INTERRUPTED:
        say(f"resume with:\n  {resume_command(sys.argv[1:], folder)}")
    raise typer.Exit(code)
