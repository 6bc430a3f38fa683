"""What several commands take, and how they talk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from animator.film.stream import Layout

Preset = Annotated[Path, typer.Argument(help="A YAML preset or a Deforum settings file.", show_default=False)]
OptionalPreset = Annotated[
    Path | None, typer.Argument(help="A YAML preset or a Deforum settings file.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="The run's own folder.  [default: renders/<name>/<stamp>]",
        show_default=False,
    ),
]
AllowPickle = Annotated[
    bool, typer.Option("--allow-pickle", help="Read .ckpt and .pt files, too: weights only, no code.")
]
RunDir = Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="CPU threads; another number may change the last bits.", show_default=False),
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


FilmOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="The run's own folder, or - for the frames on standard output.  "
        "[default: renders/<name>/<stamp>]",
        show_default=False,
    ),
]
Raw = Annotated[bool, typer.Option("--raw", help="With -o -: plain rgb24 instead of y4m.")]


def layout(out: Path | None, raw: bool) -> "Layout | None":  # noqa: FBT001 (the flag as typed)
    """How frames go to standard output, where `-o -` sends them there.

    Raises:
        BadParameter: `--raw` without `-o -`.
    """
    if out is not None and str(out) == "-":
        return "rgb24" if raw else "y4m"
    if raw:
        raise typer.BadParameter("--raw is for frames on standard output: -o - --raw")
    return None
