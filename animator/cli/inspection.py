"""The commands that inspect presets, runs and models: check, schema, timeline, report, models."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animator.cli.load import load_film
from animator.cli.options import FileOut, Force, Overrides, Preset, RunDir
from animator.cli.permission_options import takes_permissions
from animator.cli.stdout import write_out
from animator.errors import UserError
from animator.runs.session import say

if TYPE_CHECKING:
    from animator.settings import Animation
    from animator.timeline.plot import Curve
    from animator.timeline.timeline import Timeline

inspection = typer.Typer()


@inspection.command(epilog="Example: animator check presets/quickstart.yaml")
@takes_permissions
def check(preset: Preset, overrides: Overrides = None) -> None:
    """Check a preset: prints every problem at once, before any model loads, and what the film will take."""
    from animator.presets.plain import override
    from animator.presets.sources import PresetSource, draft_of, import_messages
    from animator.runs.preflight.report import check_report

    source = PresetSource(preset)
    draft, problems = override(draft_of(source), overrides or (), "--set")
    for line in import_messages(draft.notes, draft.source):
        say(line)
    report = check_report(draft, tuple(problems), lists_all=source.lists_all_settings)
    work = report.film_work()
    for line in report.warnings:
        say(line)
    width, height = work.size
    write_out(
        f"{preset}: ok: {work.frames} frames, {work.seconds:g} s at {work.fps:g} fps, "
        f"{work.needed.generated} generated, {width} x {height}, model {work.model}\n"
        f"{preset}: {work.needed}\n"
    )
    if work.render_time is not None:
        write_out(f"{preset}: {work.render_time}\n")
    if work.bpm is not None:
        write_out(f"{preset}: tempo {work.bpm:.1f} bpm, confidence {work.confidence:.2f}\n")
    if work.open_values:
        write_out(f"{preset}: {work.open_values}\n")


@inspection.command(epilog="Example: animator schema -o preset.schema.json")
def schema(out: FileOut = None, force: Force = False) -> None:
    """Print the JSON schema of presets, by which editors complete and check them."""
    from animator.settings.json_schema import preset_schema

    write_text(out, json.dumps(preset_schema(), indent=2, ensure_ascii=False) + "\n", (), force=force)


class TimelineFormat(str, Enum):
    """Formats of `timeline`."""

    table = "table"
    csv = "csv"
    json = "json"
    srt = "srt"


SUFFIXES = {
    ".txt": TimelineFormat.table,
    ".csv": TimelineFormat.csv,
    ".json": TimelineFormat.json,
    ".srt": TimelineFormat.srt,
}


@inspection.command(epilog="Example: animator timeline presets/quickstart.yaml --out values.csv")
@takes_permissions
def timeline(
    preset: Preset,
    overrides: Overrides = None,
    out: FileOut = None,
    format: Annotated[  # noqa: A002 (the name of the option)
        TimelineFormat | None,
        typer.Option(help="The format.  [default: by the suffix of --out, else table]", show_default=False),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Also plot the curves into this PNG file.", show_default=False)
    ] = None,
    force: Force = False,
) -> None:
    """Print every value of every frame; no model loads."""
    table_format = format or _format_of(out)
    animation = _load(preset, overrides)
    from animator.presets.ownership import check_target, input_files
    from animator.timeline.timeline import Timeline

    inputs = [preset, *input_files(animation)]
    if plot is not None:
        check_target(plot, inputs, force=force)
    write_text(out, _printer(table_format)(Timeline(animation)), inputs, force=force)
    if plot is not None:
        from animator.timeline.plot import curves  # loads Pillow

        write_plot(plot, curves(animation))
        say(f"curves: {plot}")


@inspection.command(epilog="Example: animator report renders/quickstart/20260101-120000")
def report(rundir: RunDir) -> None:
    """Write report.html of a run: curves of color, contrast, detail and flicker, with thumbnails."""
    from animator.runs.report import write_report

    write_out(f"{write_report(rundir)}\n")


@inspection.command(epilog="Example: animator models models ~/stable-diffusion-webui/models")
def models(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders to search.  [default: models, and the folders in ANIMATOR_MODELS]",
            show_default=False,
        ),
    ] = None,
    hashes: Annotated[bool, typer.Option(help="Compute hashes, which takes seconds per GB.")] = True,
) -> None:
    """List the models in folders: type, size, hash, path."""
    from animator.models.diffusion.checkpoints.inventory import model_table
    from animator.models.folders import model_folders

    for line in model_table(tuple(folders or model_folders(["models"])), hashes=hashes):
        write_out(f"{line}\n")


def write_text(
    out: Path | None, text: str, inputs: Iterable[Path], *, force: bool = False, is_yaml: bool = False
) -> None:
    """Writes a text to a file and prints its path; without a file, prints the text.

    Args:
        out: The file.
        text: The text.
        inputs: Files that the command read.
        force: Replace a file that is not ours.
        is_yaml: Mark the text as ours, by a comment.

    Raises:
        UserError: The file is an input, or is not ours and has another text.
    """
    from animator.core.atomic import atomic_write
    from animator.core.marks import mark_yaml
    from animator.presets.ownership import check_not_input, check_target

    if out is None:
        write_out(text)
        return
    data = (mark_yaml(text, "preset") if is_yaml else text).encode()
    check_not_input(out, inputs)
    if not (out.is_file() and out.stat().st_size == len(data) and out.read_bytes() == data):
        check_target(out, force=force)
        atomic_write(out, data)
    write_out(f"{out}\n")


def write_plot(path: Path, curves: "Sequence[Curve]") -> None:
    """Writes a plot of curves, a PNG file that is marked as ours."""
    from animator.core.atomic import atomic_write
    from animator.core.marks import PLOT, mark_png
    from animator.timeline import plot

    buffer = io.BytesIO()
    plot.plot(curves).save(buffer, "PNG")
    atomic_write(path, mark_png(buffer.getvalue(), PLOT))


def _printer(table_format: TimelineFormat) -> "Callable[[Timeline], str]":
    """Returns the function that writes a format; only subtitles need Deforum's tables."""
    if table_format is TimelineFormat.srt:
        from animator.presets.subtitles import to_srt

        return to_srt
    from animator.timeline import table as tables

    printers = {"table": tables.to_table, "csv": tables.to_csv, "json": tables.to_json}
    return printers[table_format.value]


def _format_of(out: Path | None) -> TimelineFormat:
    """Returns the format of a file's suffix; a table for standard output."""
    if out is None:
        return TimelineFormat.table
    if out.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UserError(f"--out {out}: ends in {out.suffix}; expected {known}, or give --format, too")
    return SUFFIXES[out.suffix.lower()]


def _load(preset: Path, overrides: list[str] | None) -> "Animation":
    from animator.presets.sources import PresetSource

    return load_film(PresetSource(preset), overrides)
