"""The commands that render one film: render, resume, preview."""

import json
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.load import load_film
from animator.cli.options import (
    AcceptChangedInputs,
    Device,
    FixJson,
    FolderOrStdoutOut,
    FolderOut,
    OptionalPreset,
    Overrides,
    Parseq,
    Preset,
    Raw,
    RunDir,
    Threads,
)
from animator.cli.output_path import stream_layout
from animator.cli.permission_options import takes_permissions
from animator.cli.renamed import renamed_options
from animator.cli.stdout import write_out
from animator.runs.session import FrameRange, say

rendering = typer.Typer()


@rendering.command(
    cls=renamed_options({"--like": "--settings-from", "--repair": "--fix-json"}),
    epilog="Example: animator render presets/quickstart.yaml --set frames=24 --out renders/try",
)
@takes_permissions
def render(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    preset: OptionalPreset = None,
    overrides: Overrides = None,
    out: FolderOrStdoutOut = None,
    raw: Raw = False,
    settings_from: Annotated[
        Path | None,
        typer.Option(help="An image or video whose recorded settings to use.", show_default=False),
    ] = None,
    parseq: Parseq = None,
    fix_json: FixJson = False,
    resume: Annotated[bool, typer.Option("--resume", help="Resume a run where it stopped.")] = False,
    frames: Annotated[
        str | None,
        typer.Option(metavar="N|A:B", help="N: short for --set frames=N. A:B redoes frames A to B-1 only."),
    ] = None,
    start: Annotated[
        int | None, typer.Option("--from", min=0, help="Redo a run from this frame, with these settings.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Short for --set model=X: a folder, file or hub id.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    accept_changed_inputs: AcceptChangedInputs = False,
) -> None:
    """Render a preset or a Deforum settings file into frames and a video; prints the video's path."""
    span = _frame_range(frames, start)
    shorthand = [] if span.frames is None else [f"frames={span.frames}"]
    shorthand += [] if model is None else [f"model={json.dumps(model)}"]
    from animator.presets.sources import PresetSource

    source = PresetSource(preset, parseq, settings_from, fix_json)
    animation = load_film(source, [*(overrides or ()), *shorthand])
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.open_model import open_model
    from animator.runs.run_targets import check_own_preset
    from animator.timeline.vocabulary import vocabulary_warnings

    for warning in vocabulary_warnings(animation):
        say(f"warning: {warning}")
    stream = stream_layout(out, raw=raw)
    check_own_preset(preset, None if stream else out)
    compute = ComputeOptions(device, threads, accept_changed_inputs)
    job = RenderJob(animation, None if stream else out, span, resume=resume, compute=compute, stream=stream)
    run_session(job, context.obj or open_model)


@rendering.command(epilog="Example: animator resume renders/quickstart/20260101-120000")
@takes_permissions
def resume(
    context: typer.Context,
    rundir: RunDir,
    device: Device = "auto",
    threads: Threads = None,
    accept_changed_inputs: AcceptChangedInputs = False,
) -> None:
    """Resume a run where it stopped; prints the video's path."""
    from animator.cli.session import RenderJob, run_session
    from animator.models.device import ComputeOptions
    from animator.runs.open_model import open_model
    from animator.runs.run_settings import recorded_settings

    compute = ComputeOptions(device, threads, accept_changed_inputs)
    job = RenderJob(recorded_settings(rundir), rundir, FrameRange(), resume=True, compute=compute)
    run_session(job, context.obj or open_model)


@rendering.command(epilog="Example: animator preview presets/quickstart.yaml --out renders/try")
@takes_permissions
def preview(
    preset: Preset,
    overrides: Overrides = None,
    out: FolderOut = None,
) -> None:
    """Render the motion of a test card in seconds, without diffusion; prints the video's path."""
    from animator.presets.sources import PresetSource

    # Strength 1 keeps the moved image as it is; the built-in model needs no file.
    fixed = ["diffusion.strength=1", "model=starter"]
    animation = load_film(PresetSource(preset), [*(overrides or ()), *fixed])
    from animator.runs.preview import preview as render_preview
    from animator.runs.progress_bar import ProgressBar
    from animator.runs.render_run import open_run
    from animator.runs.run_targets import check_own_preset

    check_own_preset(preset, out)
    renamed = animation.model_copy(update={"name": f"{animation.name} preview"})
    with open_run(renamed, out, resume=False) as run, ProgressBar(renamed.name) as bar:
        write_out(f"{render_preview(run, bar)}\n")


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
