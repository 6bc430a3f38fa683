"""The command that serves films over HTTP."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.options import Device, Threads
from animator.cli.permission_options import takes_permissions
from animator.errors import UserError
from animator.runs.session import say, show_warnings

serving = typer.Typer()


@serving.command(epilog="Example: animator serve --renders renders --inputs footage --port 7860")
@takes_permissions
def serve(  # noqa: PLR0913 (one parameter per option)
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 7860,
    renders: Annotated[Path, typer.Option(help="Folder of the jobs and their runs.")] = Path("renders"),
    inputs: Annotated[
        list[Path] | None,
        typer.Option(help="Folder whose files settings may name; may be given often.", show_default=False),
    ] = None,
    models: Annotated[
        list[Path] | None,
        typer.Option(help="Folder in which models are found; may be given often.", show_default=False),
    ] = None,
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
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise UserError("the server needs packages that are not installed: pip install 'animator[server]'")
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
    run(options, say, context.obj or open_model)
