"""The commands that make films of finished frames, and films of many presets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from animator.cli_options import Device, Overrides, Raw, RunDir, layout

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
    format: Annotated[  # noqa: A002
        str | None, typer.Option(help="Short for --set output.format=X with X's usual codec.")
    ] = None,
    raw: Raw = False,
    device: Device = "auto",
) -> None:
    """Make films again from a run's finished frames, in any format; prints their paths.

    Settings of the film (output, sound, upscaling, frame_interpolation, fps, name) may be changed by --set.
    """
    import logging

    from animator.device import choose_device
    from animator.finish.again import Again, encode_again, format_overrides, stream_again
    from animator.pipe import standard_output
    from animator.progress import Counter
    from animator.video.stream import Stream

    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    piped = layout(out, raw)
    chosen = [*(format_overrides(format) if format else ()), *(overrides or ())]
    again = Again(rundir, tuple(chosen), None if piped else out, str(choose_device(device)))
    if piped is None:
        sys.stdout.write("".join(f"{path}\n" for path in encode_again(again, Counter())))
        return
    with standard_output() as pipe:
        stream_again(again, lambda size, fps: Stream(pipe, size, fps, piped))
