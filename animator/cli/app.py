"""The command line. Thin: heavy imports happen inside the commands, so that --help answers at once."""

import json
import os
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animator._version import __version__
from animator.cli.files import Like, Parseq, Repair, files
from animator.cli.films import films
from animator.cli.options import (
    AllowPickle,
    Device,
    FilmOut,
    OptionalPreset,
    Out,
    Overrides,
    Preset,
    Raw,
    RunDir,
    Threads,
    layout,
)
from animator.errors import AnimatorError
from animator.runs.session import FrameRange, say

if TYPE_CHECKING:
    from animator.runs.render_run import OpenModel
    from animator.settings import Animation

app = typer.Typer(
    help="Deforum-style films from YAML presets.",
    epilog="Example: animator render presets/quickstart.yaml --set frames=24",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(files)
app.add_typer(films)


def main(opener: "OpenModel | None" = None) -> None:
    """Runs the command line; a user's mistake exits with 2, a failure with 1, Ctrl-C with 130.

    Args:
        opener: Opens diffusers; None opens those that presets name.
    """
    # Read when torch loads. Threads that spin while they wait make a busy machine four times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app(obj=opener)
    except AnimatorError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        say(f"error: {error.filename or ''}: {error.strerror or error}")
        sys.exit(1)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (typer's callback signature)
    if wanted:
        sys.stdout.write(f"animator {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Deforum-style films from YAML presets."""


@app.command(epilog="Example: animator render presets/quickstart.yaml --set frames=24 --out renders/try")
def render(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    preset: OptionalPreset = None,
    overrides: Overrides = None,
    out: FilmOut = None,
    raw: Raw = False,
    like: Like = None,
    parseq: Parseq = None,
    repair: Repair = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run stopped.")] = False,
    frames: Annotated[
        str | None,
        typer.Option(metavar="N|A:B", help="N: short for --set frames=N. A:B: redo frames A to B-1 only."),
    ] = None,
    start: Annotated[
        int | None, typer.Option("--from", min=0, help="Redo a run from this frame on, with these settings.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Short for --set model=X: a folder, file or hub id.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    allow_pickle: AllowPickle = False,
) -> None:
    """Render a preset or a Deforum settings file into frames and a film; prints the film's path."""
    span = _span(frames, start)
    short = [] if span.frames is None else [f"frames={span.frames}"]
    short += [] if model is None else [f"model={json.dumps(model)}"]
    from animator.presets.sources import PresetSource, load

    animation = load(PresetSource(preset, parseq, like, repair), [*(overrides or ()), *short], say)
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.render_run import open_model

    piped = layout(out, raw)
    compute = ComputeOptions(device, threads, allow_pickle=allow_pickle)
    order = RenderJob(animation, None if piped else out, span, resume=resume, compute=compute, stream=piped)
    run_session(order, context.obj or open_model)


@app.command(epilog="Example: animator resume renders/quickstart/20260101-120000")
def resume(
    context: typer.Context,
    rundir: RunDir,
    device: Device = "auto",
    threads: Threads = None,
    allow_pickle: AllowPickle = False,
) -> None:
    """Go on with a run where it stopped; prints the film's path."""
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.render_run import open_model
    from animator.runs.run import recorded

    compute = ComputeOptions(device, threads, allow_pickle=allow_pickle)
    run_session(
        RenderJob(recorded(rundir), rundir, FrameRange(), resume=True, compute=compute),
        context.obj or open_model,
    )


@app.command(epilog="Example: animator report renders/quickstart/20260101-120000")
def report(rundir: RunDir) -> None:
    """Make report.html of a run: curves of color, contrast, detail and flicker, with thumbnails."""
    from animator.runs.report import write_report

    sys.stdout.write(f"{write_report(rundir)}\n")


@app.command(epilog="Example: animator preview presets/quickstart.yaml --out renders/try")
def preview(
    preset: Preset,
    overrides: Overrides = None,
    out: Out = None,
) -> None:
    """Render the motion alone, in seconds: a test card moves, nothing is drawn; prints the film's path."""
    # Every frame is drawn over the last one, and by no model.
    animation = _load(preset, [*(overrides or ()), "diffusion.strength=1", "model=starter"])
    from animator.runs.preview import preview as render_preview
    from animator.runs.progress_bar import ProgressBar
    from animator.runs.render_run import open_run

    named = animation.model_copy(update={"name": f"{animation.name} preview"})
    with open_run(named, out, resume=False) as run, ProgressBar(named.name) as bar:
        sys.stdout.write(f"{render_preview(run, bar)}\n")


@app.command(epilog="Example: animator check presets/quickstart.yaml")
def check(preset: Preset, overrides: Overrides = None) -> None:
    """Check a preset: every problem at once, before any model loads."""
    animation = _load(preset, overrides or [])
    from animator.runs.outputs import check_films
    from animator.timeline.lint import setting_warnings
    from animator.timeline.timeline import Timeline

    check_films(animation)

    for warning in setting_warnings(animation):
        say(f"warning: {warning}")
    drawings = Timeline(animation)[-1].drawing + 1
    seconds = animation.frames / animation.fps
    width, height = animation.size
    sys.stdout.write(
        f"{preset}: ok: {animation.frames} frames, {seconds:g} s at {animation.fps:g} fps, "
        f"{drawings} drawn, {width} x {height}, model {animation.model}\n"
    )


@app.command(epilog="Example: animator models models ~/stable-diffusion-webui/models")
def models(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Where to look.  [default: models, and the folder in ANIMATOR_MODELS]", show_default=False
        ),
    ] = None,
    hashes: Annotated[bool, typer.Option(help="Compute hashes, which takes seconds per GB.")] = True,
) -> None:
    """List the models that are found: type, size, hash, place."""
    from animator.models.diffusion.checkpoints.inventory import model_table
    from animator.models.folders import model_folders

    for line in model_table(tuple(folders or model_folders(["models"])), hashes=hashes):
        sys.stdout.write(f"{line}\n")


class TimelineFormat(str, Enum):
    """How `timeline` prints."""

    table = "table"
    csv = "csv"
    json = "json"
    srt = "srt"


@app.command(epilog="Example: animator timeline presets/quickstart.yaml --format csv > values.csv")
def timeline(
    preset: Preset,
    overrides: Overrides = None,
    format: Annotated[TimelineFormat, typer.Option(help="How to print.")] = TimelineFormat.table,  # noqa: A002
    plot: Annotated[
        Path | None, typer.Option(help="Also draw the curves into this PNG.", show_default=False)
    ] = None,
) -> None:
    """Print every value of every frame; no model loads."""
    animation = _load(preset, overrides or [])
    from animator.presets.subtitles import to_srt
    from animator.timeline import table as tables
    from animator.timeline.timeline import Timeline

    printers = {"table": tables.to_table, "csv": tables.to_csv, "json": tables.to_json, "srt": to_srt}
    sys.stdout.write(printers[format.value](Timeline(animation)))
    if plot is not None:
        from animator.timeline import plot as timeline_plot

        timeline_plot.plot(timeline_plot.curves(animation)).save(plot, "PNG")
        say(f"curves: {plot}")


@app.command(epilog="Example: animator depth photo.jpg --model dpt-large --out maps")
def depth(
    file: Annotated[Path, typer.Argument(help="An image or a film.", show_default=False)],
    model: Annotated[
        str, typer.Option(help="A depth network's name, or the path of its weights.")
    ] = "starter",
    out: Annotated[Path, typer.Option(help="Folder for the maps.")] = Path(),
    device: Device = "auto",
) -> None:
    """Write depth maps, 16-bit PNG and a colored preview; prints each map's path."""
    from animator.models.depth.open_depth import open_depth
    from animator.models.device import choose_device
    from animator.models.folders import model_folders
    from animator.runs.depth_export import depth_of_file

    chosen = choose_device(device)
    network = open_depth(model, chosen, folders=model_folders(["models"]))
    for path in depth_of_file(file, network, str(chosen), out):
        sys.stdout.write(f"{path}\n")


def _load(preset: Path, overrides: list[str]) -> "Animation":
    from animator.presets.sources import PresetSource, load

    return load(PresetSource(preset), overrides, say)


def _span(frames: str | None, start: int | None) -> FrameRange:
    """What `--frames` and `--from` ask for."""
    if frames is None:
        return FrameRange(start=start)
    numbers = frames.split(":")
    if len(numbers) > 2 or not all(number.strip().isdigit() for number in numbers):
        raise typer.BadParameter(f"--frames {frames}: expected a number such as 48, or a range such as 24:48")
    if len(numbers) == 1:
        return FrameRange(frames=int(frames), start=start)
    first, stop = (int(number) for number in numbers)
    if first >= stop:
        raise typer.BadParameter(f"--frames {frames}: the range is empty")
    return FrameRange(start=first or start, stop=stop)
