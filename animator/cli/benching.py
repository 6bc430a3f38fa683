"""The command that measures this machine: bench."""

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animator.cli.options import Device, Overrides, Threads
from animator.cli.permission_options import takes_permissions
from animator.cli.shorthands import Shorthand, Shorthands
from animator.cli.stdout import write_out
from animator.errors import UserError
from animator.runs.session import say, start_session

if TYPE_CHECKING:
    from animator.models.diffusion.request import Diffuser
    from animator.runs.bench.measure import Bench, Measurement
    from animator.runs.open_model import OpenModel
    from animator.settings import Animation

benching = typer.Typer()


class BenchMode(str, Enum):
    """Modes that `bench` measures."""

    plane = "2d"
    space = "3d"


class BenchFormat(str, Enum):
    """Formats of `bench`."""

    table = "table"
    json = "json"


def _existing(folder: Path | None) -> Path | None:
    if folder is not None and not folder.is_dir():
        raise UserError(f"--folder {folder}: there is no such folder; name one on the disk to measure")
    return folder


def _short_for(name: str, value: str, default: str, **options: Any) -> Any:
    text = f"Short for --set {name}={value}.  [default: {default}; that of --preset]"
    return typer.Option(help=text, show_default=False, **options)


@benching.command(epilog="Example: animator bench --size 512 --model-ms 20")
@takes_permissions
def bench(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    preset: Annotated[
        Path | None,
        typer.Option(help="The film to measure.  [default: one that moves all the time]", show_default=False),
    ] = None,
    overrides: Overrides = None,
    size: Annotated[str | None, _short_for("size", "N", "512", metavar="N|WxH")] = None,
    mode: Annotated[BenchMode | None, _short_for("mode", "3d", "2d")] = None,
    cadence: Annotated[int | None, _short_for("diffusion.cadence", "N", "1", metavar="N")] = None,
    frames: Annotated[int, typer.Option(min=1, max=100_000, help="Frames to measure.")] = 24,
    model: Annotated[str | None, _short_for("model", "NAME", "starter", metavar="NAME")] = None,
    model_ms: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=3_600_000,
            metavar="X",
            help="Instead of a model, take a stand-in whose images take X ms and leave the CPU idle.",
            show_default=False,
        ),
    ] = None,
    video: Annotated[bool, typer.Option("--video/--no-video", help="Encode the video meanwhile.")] = True,
    folder: Annotated[
        Path | None,
        typer.Option(
            callback=_existing,
            help="A folder on the disk to measure, left as it is.  [default: that of temporary files]",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Keep a model's speed for the estimates of check.")
    ] = True,
    format: Annotated[BenchFormat, typer.Option(help="The format.")] = BenchFormat.table,  # noqa: A002 (the name of the option)
) -> None:
    """Measure what a frame costs on this machine, by stage, with a model or a stand-in for one."""
    shorthands = _shorthands(size=size, cadence=cadence, model=model, mode=mode.value if mode else None)
    texts = shorthands.overrides(overrides)
    with shorthands.named():
        film = _film(preset, (frames, cadence or 1), texts, opens_model=model_ms is None)
    from animator.models.device import choose_device
    from animator.runs.bench.measure import Bench, measure
    from animator.runs.bench.report import to_mapping, to_table
    from animator.runs.progress_bar import ProgressBar

    name = film.model if model_ms is None else f"a stand-in of {model_ms:g} ms"
    job = Bench(film, frames, choose_device(device), name, video, folder)
    start_session(threads)
    with ProgressBar("bench") as bar:
        measured = measure(job, _diffuser(job, model_ms, context.obj), bar)
    as_json = format is BenchFormat.json
    write_out(f"{json.dumps(to_mapping(measured), indent=2)}\n" if as_json else to_table(measured))
    if record and model_ms is None:
        _record(measured)


def _shorthands(**typed: str | int | None) -> Shorthands:
    """Returns the options that are short for settings, as typed."""
    keys = {"cadence": "diffusion.cadence"}
    options = (
        Shorthand(f"--{name} {value}", keys.get(name, name), json.dumps(value, ensure_ascii=False))
        for name, value in typed.items()
        if value is not None
    )
    return Shorthands(tuple(options))


def _film(
    preset: Path | None, length: tuple[int, int], overrides: list[str], *, opens_model: bool
) -> "Animation":
    """Returns the film to measure.

    Args:
        preset: The one that a person names; None makes one.
        length: Number of frames to measure, and the cadence, by which the film that is made is long enough.
        overrides: As `--set` has them.
        opens_model: False for a stand-in: the film's model may then be missing.

    Raises:
        UserError: The preset cannot be read.
        PresetError: With every problem of the settings.
    """
    from animator.presets.plain import override
    from animator.presets.sources import PresetSource
    from animator.runs.bench.film import bench_draft
    from animator.runs.preflight.check_film import check_film, load_checked
    from animator.runs.preflight.film import CheckOptions

    options = CheckOptions(opens_model=opens_model)
    if preset is not None:
        return load_checked(PresetSource(preset), overrides, say, "--set", options)
    draft, problems = override(bench_draft(*length), overrides, "--set")
    return check_film(draft, problems, options)


def _diffuser(job: "Bench", model_ms: float | None, opener: "OpenModel | None") -> "Diffuser":
    from animator.models.diffusion.paced import PacedDiffuser
    from animator.runs.open_model import open_model

    if model_ms is not None:
        return PacedDiffuser.of_size(job.film.size, model_ms / 1e3, job.device)
    return (opener or open_model)(job.film, job.device)


def _record(measured: "Measurement") -> None:
    """Keeps a measurement for the estimates of `check`, and says where."""
    from animator.runs.bench.speed import speed_of
    from animator.runs.machine_speed import record_speed

    speed = speed_of(measured)
    if speed is None:
        say("not kept for the estimates of animator check, which knows nothing about this model")
    else:
        say(f"kept for the estimates of animator check: {record_speed(speed)}")
