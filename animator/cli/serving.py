"""The commands that serve films over HTTP: `serve`, and `studio`, which opens its page."""

import webbrowser
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animator.cli.options import Device, Threads
from animator.cli.permission_options import takes_permissions
from animator.errors import UserError
from animator.runs.session import say, show_warnings

if TYPE_CHECKING:
    from fastapi import FastAPI

serving = typer.Typer()
Renders = Annotated[Path, typer.Option(help="Folder of the jobs and their runs.")]
Inputs = Annotated[
    list[Path] | None,
    typer.Option(help="Folder whose files settings may name; may be given often.", show_default=False),
]
Models = Annotated[
    list[Path] | None,
    typer.Option(help="Folder in which models are found; may be given often.", show_default=False),
]


@serving.command(epilog="Example: animator serve --renders renders --inputs footage --port 7860")
@takes_permissions
def serve(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 7860,
    renders: Renders = Path("renders"),
    inputs: Inputs = None,
    models: Models = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token that clients must show.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Worker processes.  [default: one for each device]", show_default=False
        ),
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
    stand_ins: Annotated[
        bool,
        typer.Option(
            "--stand-ins", help="Let built-in networks stand in for those whose weights are missing."
        ),
    ] = False,
    hostname: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name of this server, such as a proxy's.", show_default=False),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Let web pages of this origin use the server.", show_default=False),
    ] = None,
    webhook_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST", help="Send webhooks to this host; may be given often.", show_default=False
        ),
    ] = None,
    max_uploads: Annotated[
        float, typer.Option(min=0, metavar="GB", help="Room for the files that clients send.")
    ] = 10,
) -> None:
    """Serve films over HTTP: jobs, their progress and their files; prints the address when ready.

    Ctrl-C ends it after the frame at work; running jobs go on when it starts again.
    """
    _require("server", "fastapi", "uvicorn")
    from animator.core.permissions import permissions
    from animator.runs.open_model import open_model
    from animator.server.options import ServerOptions, read_token
    from animator.server.serve import serve as run

    show_warnings()
    options = ServerOptions(
        host=host,
        port=port,
        renders=renders,
        inputs=tuple(inputs or ()),
        models=tuple(models or ()),
        token=read_token(token_file) if token_file else "",
        workers=workers,
        device=device,
        threads=threads,
        permissions=replace(permissions(), stand_ins=stand_ins),
        hostnames=tuple(hostname or ()),
        origins=tuple(origin or ()),
        webhook_hosts=tuple(webhook_host or ()),
        max_uploads=int(max_uploads * 1e9),
    )
    run(options, say, context.obj or open_model, prepare=_pages())


@serving.command(epilog="Example: animator studio --renders renders --models ~/models")
@takes_permissions
def studio(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    renders: Renders = Path("renders"),
    inputs: Inputs = None,
    models: Models = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    device: Device = "auto",
    *,
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Make films on a page in the browser: serves for this machine alone, and opens the page.

    Ctrl-C ends it after the frame at work; running films go on when it starts again. `animator serve` has the
    same page, and the options of a server that others use.
    """
    _require("studio", "fastapi", "uvicorn", "nicegui")
    from animator.core.permissions import permissions
    from animator.runs.open_model import open_model
    from animator.server.options import ServerOptions
    from animator.server.serve import leave
    from animator.server.serve import serve as run

    show_warnings()
    options = ServerOptions(
        port=port,
        renders=renders,
        inputs=tuple(inputs or ()),
        models=tuple(models or ()),
        device=device,
        permissions=permissions(),
    )
    ready = open_browser if opens else leave
    run(options, say, context.obj or open_model, prepare=_pages(), ready=ready)


def open_browser(url: str) -> None:
    """Opens a page in the person's browser; says where it is if there is none."""
    if not webbrowser.open(url):
        say(f"no browser was found; open {url} in one")


def _pages() -> "Callable[[FastAPI], None]":
    """Returns what puts the studio's pages on a server; nothing where their library is not installed."""
    if find_spec("nicegui") is None:
        from animator.server.serve import leave

        say("the server has no pages: pip install 'animator[studio]' for them")
        return leave
    from animator.studio.mount import mount_studio

    return mount_studio


def _require(extra: str, *packages: str) -> None:
    if any(find_spec(name) is None for name in packages):
        raise UserError(f"this needs packages that are not installed: pip install 'animator[{extra}]'")
