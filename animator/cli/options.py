"""Arguments and options that several commands take."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from animator.cli.output_path import output_file, output_film, output_run

Preset = Annotated[Path, typer.Argument(help="A YAML preset or a Deforum settings file.", show_default=False)]
OptionalPreset = Annotated[
    Path | None, typer.Argument(help="A YAML preset or a Deforum settings file.", show_default=False)
]
RunDir = Annotated[Path, typer.Argument(help="A run folder.", show_default=False)]


def out_option(callback: Callable[[Path | None], Path | None], text: str) -> Any:
    """Returns the option `--out` of a command.

    Args:
        callback: Checks the path; one of `animator.cli.output_path`.
        text: Help text, with the default.
    """
    return typer.Option("--out", "-o", callback=callback, help=text, show_default=False)


RunOut = Annotated[
    Path | None,
    out_option(
        output_run, "The film, such as film.mp4; or the run folder.  [default: renders/<name>/<stamp>]"
    ),
]
RunOrStdoutOut = Annotated[
    Path | None,
    out_option(
        output_run,
        "The film, such as film.mp4; the run folder; or - for the frames on standard output.  "
        "[default: renders/<name>/<stamp>]",
    ),
]
FilmOut = Annotated[
    Path | None,
    out_option(output_film, "Put the film there, too, such as film.mp4.  [default: the run folder alone]"),
]
FileOut = Annotated[Path | None, out_option(output_file, "The file.  [default: standard output]")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that animator did not write.")]
Raw = Annotated[bool, typer.Option("--raw", help="With --out -: plain rgb24 instead of y4m.")]

Resume = Annotated[
    bool,
    typer.Option("--resume", "--continue", help="Resume a run where it stopped; start it if there is none."),
]

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a setting, such as diffusion.steps=12.",
        show_default=False,
    ),
]
Parseq = Annotated[
    Path | None,
    typer.Option(help="A Parseq manifest; its values replace the schedules.", show_default=False),
]
FixJson = Annotated[
    bool, typer.Option("--fix-json", help="Fix trailing commas, missing quotes and the like in the JSON.")
]

AcceptChangedInputs = Annotated[
    bool,
    typer.Option(
        "--accept-changed-inputs", help="Resume also where images, clips or models have changed since."
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=4096,
        help="CPU threads; another number may change the last bits of a frame.  [default: torch's number; "
        "that of the run to resume]",
        show_default=False,
    ),
]
