"""The command that resumes a run or batch."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

OUT_OPTIONS = ("-o", "--out")
_FIRST = re.compile(r"^(--frames=)?[^:=]*:")
RESUME_OPTIONS = ("--resume", "--continue")
_FLAGS = ("--force", "--accept-changed-inputs", "--allow-code", "--allow-pickle", "--allow-download")
_KEPT = dict.fromkeys(("--device", "--threads", "--allow-host"), 1) | dict.fromkeys(_FLAGS, 0)
"""Options of `render` that `resume` has, too, and the number of their values."""


def resume_command(arguments: list[str], folder: Path) -> str:
    """Returns the command line that resumes a session.

    Args:
        arguments: Those of the session, without the program's name.
        folder: The folder that it wrote to.
    """
    args = _without_stdout(arguments)
    if "resume" in args[:1]:
        return shlex.join(["animator", *args])
    args = _from_where_it_stopped(_without_option(args, "--from"))  # the run was rewound already
    args += [] if set(RESUME_OPTIONS) & set(args) else ["--resume"]
    args += [] if any(_is_option(arg, OUT_OPTIONS) for arg in args) else ["--out", str(folder)]
    return shlex.join(["animator", *args])


def resume_film_command(arguments: list[str], folder: Path | None, film: Path) -> str:
    """Returns the command line that resumes a session whose film goes to a file.

    Args:
        arguments: Those of the session, without the program's name.
        folder: Its run folder; None where no frame is finished, and the same command starts again.
        film: The file.
    """
    if folder is None or "resume" in arguments[:1]:
        return shlex.join(["animator", *arguments])
    if any(":" in value for option, value in pairwise(arguments) if option == "--frames"):
        return shlex.join(["animator", *arguments, "--resume"])  # stops at the same frame
    return shlex.join(["animator", "resume", str(folder), "-o", str(film), *_kept(arguments)])


def _kept(arguments: list[str]) -> list[str]:
    """Returns the options of a session that `resume` has, too."""
    kept: list[str] = []
    for at, arg in enumerate(arguments):
        option, equals, _ = arg.partition("=")
        if option in _KEPT:
            kept += arguments[at : at + 1 + (0 if equals else _KEPT[option])]
    return kept


def _without_stdout(args: list[str]) -> list[str]:
    """Returns the arguments without `--out -`."""
    pairs = enumerate(pairwise(args))
    at = next((at for at, (option, value) in pairs if option in OUT_OPTIONS and value == "-"), None)
    return list(args) if at is None else args[:at] + args[at + 2 :]


def _without_option(args: list[str], option: str) -> list[str]:
    """Returns the arguments without an option and its value."""
    rest = [arg for arg in args if not arg.startswith(f"{option}=")]
    if option not in rest:
        return rest
    at = rest.index(option)
    return rest[:at] + rest[at + 2 :]


def _from_where_it_stopped(args: list[str]) -> list[str]:
    """Returns the arguments with `--frames A:B` as `0:B`, which resumes, and still stops before B."""
    values = {at + 1 for at, arg in enumerate(args) if arg == "--frames"}
    return [
        _FIRST.sub(r"\g<1>0:", arg) if at in values or arg.startswith("--frames=") else arg
        for at, arg in enumerate(args)
    ]


def _is_option(arg: str, options: tuple[str, ...]) -> bool:
    return arg.partition("=")[0] in options
