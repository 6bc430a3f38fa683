"""The command that listens: sound."""

import math
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animator.cli.inspection import write_plot, write_text
from animator.cli.options import FileOut, Force
from animator.errors import UserError
from animator.runs.session import say

if TYPE_CHECKING:
    from animator.sound.signals import Placement, Signals
    from animator.timeline.plot import Curve

hearing = typer.Typer()
_MAX_FRAMES = 1_000_000


class SoundFormat(str, Enum):
    """Formats of `sound`."""

    table = "table"
    csv = "csv"
    json = "json"


_SUFFIXES = {".txt": SoundFormat.table, ".csv": SoundFormat.csv, ".json": SoundFormat.json}


@hearing.command(epilog="Example: animator sound song.mp3 --fps 24 --plot song.png")
def sound(  # noqa: PLR0913 (one parameter per option)
    file: Annotated[Path, typer.Argument(help="A file with sound.", show_default=False)],
    fps: Annotated[float, typer.Option(min=0.01, max=1000.0, help="Frames per second.")] = 30.0,
    per_bar: Annotated[int, typer.Option(min=1, max=64, help="Beats in a bar.")] = 4,
    smooth: Annotated[
        float, typer.Option(min=0.0, max=60.0, help="Seconds to smooth levels, pitch and brightness over.")
    ] = 0.0,
    conceal: Annotated[
        bool, typer.Option("--conceal", help="Use what can be decoded of a damaged file.")
    ] = False,
    out: FileOut = None,
    format: Annotated[  # noqa: A002 (the name of the option)
        SoundFormat | None,
        typer.Option(
            help="table: tempo, beats, onsets; csv, json: the signals of every frame.  "
            "[default: by the suffix of --out, else table]",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Also plot the signals into this PNG file.", show_default=False)
    ] = None,
    force: Force = False,
) -> None:
    """Print what is heard in a sound: tempo, beats and onsets, or the signals of every frame."""
    chosen = format or _format_of(out)
    from animator.film.sound import Sound
    from animator.presets.ownership import check_target
    from animator.sound import listing
    from animator.sound.analysis import analysis_of
    from animator.sound.hear import hear

    if plot is not None:
        check_target(plot, [file], force=force)
    source = Sound(str(file), conceal=conceal)
    analysis = analysis_of(source, per_bar)
    placement = _whole(analysis.features.seconds, fps)
    signals = hear(source, placement, smooth, per_bar)
    texts = {
        SoundFormat.table: lambda: listing.to_text(analysis),
        SoundFormat.csv: lambda: listing.to_csv(signals, placement),
        SoundFormat.json: lambda: listing.to_json(signals, placement),
    }
    write_text(out, texts[chosen](), [file], force=force)
    if plot is not None:
        write_plot(plot, _curves(signals))
        say(f"curves: {plot}")


def _whole(seconds: float, fps: float) -> "Placement":
    """Returns as many frames as a sound is long."""
    from animator.sound.signals import Placement

    rate = Placement(fps, 1).rate
    frames = max(math.ceil(seconds * rate), 1)
    if frames > _MAX_FRAMES:
        raise UserError(
            f"--fps {fps:g}: are {frames} frames in {seconds:.0f} s of sound; expected {_MAX_FRAMES} at most"
        )
    return Placement(rate, frames)


def _curves(signals: "Signals") -> "list[Curve]":
    """Returns the signals as curves, with the beats as keys on the one that counts them."""
    from animator.timeline.plot import Curve

    beats = tuple(int(frame) for frame in signals.beat.nonzero()[0])
    return [
        Curve(name, column, beats if name == "beat_phase" else ())
        for name, column in signals.columns().items()
        if name not in ("bass", "beat", "pitch_hz")
    ]


def _format_of(out: Path | None) -> SoundFormat:
    """Returns the format of a file's suffix; a table for standard output."""
    if out is None:
        return SoundFormat.table
    if out.suffix.lower() not in _SUFFIXES:
        known = ", ".join(_SUFFIXES)
        raise UserError(f"--out {out}: ends in {out.suffix}; expected {known}, or give --format, too")
    return _SUFFIXES[out.suffix.lower()]
