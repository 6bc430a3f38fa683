"""The commands that render one film: render, resume, preview."""

import json
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.film_output import delivery_to, format_of_film, in_format_of
from animator.cli.load import load_checked_film, load_film
from animator.cli.options import (
    AcceptChangedInputs,
    Device,
    FilmOut,
    FixJson,
    Force,
    OptionalPreset,
    Overrides,
    Parseq,
    Preset,
    Raw,
    Resume,
    RunDir,
    RunOrStdoutOut,
    RunOut,
    Threads,
)
from animator.cli.output_path import film_file, stream_layout
from animator.cli.permission_options import takes_permissions
from animator.cli.renamed import renamed_options
from animator.cli.shorthands import Shorthand, Shorthands, takes_shorthands
from animator.cli.stdout import write_out
from animator.runs.session import FrameRange, say

rendering = typer.Typer()


@rendering.command(
    cls=renamed_options({"--like": "--settings-from", "--repair": "--fix-json"}),
    epilog="Example: animator render --prompt 'a lake at dawn' -o lake.mp4",
)
@takes_permissions
@takes_shorthands
def render(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    preset: OptionalPreset = None,
    overrides: Overrides = None,
    out: RunOrStdoutOut = None,
    raw: Raw = False,
    settings_from: Annotated[
        Path | None,
        typer.Option(help="An image or video whose recorded settings to use.", show_default=False),
    ] = None,
    parseq: Parseq = None,
    fix_json: FixJson = False,
    resume: Resume = False,
    frames: Annotated[
        str | None,
        typer.Option(metavar="N|A:B", help="N: short for --set frames=N. A:B redoes frames A to B-1 only."),
    ] = None,
    start: Annotated[
        int | None, typer.Option("--from", min=0, help="Redo a run from this frame, with these settings.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    accept_changed_inputs: AcceptChangedInputs = False,
    force: Force = False,
    *,
    shorthands: Shorthands,
) -> None:
    """Render a prompt, a preset or a Deforum settings file into a video; prints the video's path."""
    span = _frame_range(frames, start)
    if span.frames is not None:
        shorthands = shorthands.with_(Shorthand(f"--frames {span.frames}", "frames", str(span.frames)))
    from animator.presets.sources import PresetSource

    source = PresetSource(preset, parseq, settings_from, fix_json, shorthands.prompts)
    film = film_file(out)
    overrides = [*(format_of_film(film, source, overrides) if film else ()), *shorthands.overrides(overrides)]
    with shorthands.named():
        animation = load_checked_film(source, overrides)
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.open_model import open_model
    from animator.runs.run_targets import check_own_preset
    from animator.timeline.vocabulary import vocabulary_warnings

    for warning in vocabulary_warnings(animation):
        say(f"warning: {warning}")
    stream = stream_layout(out, raw=raw)
    folder = None if stream or film else out
    check_own_preset(preset, folder)
    job = RenderJob(
        animation,
        folder,
        span,
        resume=resume,
        compute=ComputeOptions(device, threads, accept_changed_inputs),
        stream=stream,
        delivery=delivery_to(film, animation, preset, force=force) if film else None,
    )
    run_session(job, context.obj or open_model)


@rendering.command(epilog="Example: animator resume renders/quickstart/20260101-120000")
@takes_permissions
def resume(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    rundir: RunDir,
    out: FilmOut = None,
    device: Device = "auto",
    threads: Threads = None,
    accept_changed_inputs: AcceptChangedInputs = False,
    force: Force = False,
) -> None:
    """Resume a run where it stopped; prints the video's path."""
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.open_model import open_model
    from animator.runs.preflight.check_film import check_run
    from animator.runs.run_settings import recorded_settings

    animation = recorded_settings(rundir)
    check_run(rundir)
    if out is not None:
        animation = in_format_of(out, animation)
    job = RenderJob(
        animation,
        rundir,
        FrameRange(),
        resume=True,
        compute=ComputeOptions(device, threads, accept_changed_inputs),
        delivery=delivery_to(out, animation, None, force=force) if out else None,
    )
    run_session(job, context.obj or open_model)


@rendering.command(epilog="Example: animator preview presets/quickstart.yaml --out preview.mp4")
@takes_permissions
def preview(preset: Preset, overrides: Overrides = None, out: RunOut = None, force: Force = False) -> None:
    """Render the motion of a test card in seconds, without diffusion; prints the video's path."""
    from animator.presets.sources import PresetSource

    source, film = PresetSource(preset), film_file(out)
    formats = format_of_film(film, source, overrides) if film else ()
    from animator.runs.preview import SETTINGS
    from animator.runs.preview import preview as render_preview

    fixed = [f"{path}={json.dumps(value)}" for path, value in SETTINGS.items()]
    animation = load_film(source, [*formats, *(overrides or ()), *fixed])
    from animator.runs.progress_bar import ProgressBar
    from animator.runs.render_run import open_run
    from animator.runs.run_targets import check_own_preset

    folder = None if film else out
    check_own_preset(preset, folder)
    delivery = delivery_to(film, animation, preset, force=force) if film else None
    renamed = animation.model_copy(update={"name": f"{animation.name} preview"})
    with open_run(renamed, folder, resume=False) as run, ProgressBar(renamed.name) as bar:
        made = render_preview(run, bar)
        if delivery is not None:
            delivery.deliver(run)
    write_out(f"{delivery.path if delivery else made}\n")


def _frame_range(frames: str | None, start: int | None) -> FrameRange:
    """Returns the frames that `--frames` and `--from` select."""
    if frames is None:
        return FrameRange(start=start)
    numbers = frames.split(":")
    if len(numbers) > 2 or not all(_is_number(number) for number in numbers):
        raise typer.BadParameter(f"--frames {frames}: expected a number such as 48, or a range such as 24:48")
    if len(numbers) == 1:
        return FrameRange(frames=int(frames), start=start)
    first, stop = (int(number) for number in numbers)
    if first >= stop:
        raise typer.BadParameter(f"--frames {frames}: the range is empty")
    return FrameRange(start=first or start, stop=stop)


def _is_number(text: str) -> bool:
    """Returns True for a frame number as `int` reads it: "²" is a digit, too."""
    return text.strip().isdecimal() and len(text.strip()) <= 9
