"""The options that give permissions: `--allow-code`, `--allow-pickle`, `--allow-download`, `--allow-host`.

They exist on the command line alone, so that no preset, run folder or image can give them.
"""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from animator.cli.added_options import parameters_of, with_parameters
from animator.core.permissions import allow

AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Run models that are programs (TorchScript), such as FILM's.")
]
AllowPickle = Annotated[
    bool,
    typer.Option("--allow-pickle", help="Read .ckpt, .pt, .pth, .bin and .pkl, too: weights only, no code."),
]
AllowDownload = Annotated[
    bool, typer.Option("--allow-download", help="Download models, images and clips from public addresses.")
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="HOST",
        help="Connect to this host in a private network, too.",
        show_default=False,
    ),
]
_OPTIONS = {
    "allow_code": (AllowCode, False),
    "allow_pickle": (AllowPickle, False),
    "allow_download": (AllowDownload, False),
    "allow_host": (AllowHost, None),
}


def takes_permissions(command: Callable[..., None]) -> Callable[..., None]:
    """Returns a command with the options that give permissions; they are in force while it runs."""
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _OPTIONS.items()
    ]

    def run(*args: Any, **values: Any) -> None:
        code, pickle, download, hosts = (values.pop(name, default) for name, (_, default) in _OPTIONS.items())
        with allow(code=code, pickle=pickle, download=download, hosts=hosts or ()):
            command(*args, **values)

    return with_parameters(command, run, [*parameters_of(command), *options])
