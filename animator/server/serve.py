"""Runs the server until Ctrl-C: `serve`."""

import socket
from collections.abc import Callable

import uvicorn

from animator.errors import UserError
from animator.jobs.messages import WorkerOptions
from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from animator.runs.open_model import OpenModel, open_model
from animator.server.app import create_app
from animator.server.options import ServerOptions
from animator.server.webhooks.sender import WebhookSender

DRAIN_S = 10
"""Time for open requests, such as streams of events, to end at Ctrl-C."""


def serve(options: ServerOptions, say: Callable[[str], None], opener: OpenModel = open_model) -> None:
    """Serves until Ctrl-C or SIGTERM; running jobs stop after their frame then, and go on the next time.

    Args:
        options: The options.
        say: Gets the address once the server answers, and what it does at its end.
        opener: Opens diffusers; a top-level function.

    Raises:
        UserError: The port is taken, or the address not of this machine.
        RunError: Another server has the renders folder.
    """
    listener = _listen(options)
    settings = WorkerOptions(
        options.renders,
        options.device,
        options.threads,
        options.permissions,
        confinement=options.confinement,
    )
    with (
        listener,
        JobQueue(options.renders, capacity=options.capacity) as queue,
        Workers(queue, settings, options.workers, opener),
        WebhookSender(queue, options.webhook_permissions),
    ):
        config = uvicorn.Config(
            create_app(options, queue),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_S,
        )
        _Server(config, lambda: say(f"animator serves at {_url(options, listener)}")).run([listener])
        say("the running jobs stop after their frame; they go on when the server starts again")


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to answer."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(options: ServerOptions) -> socket.socket:
    """Returns the listening socket."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        raise UserError(
            f"{options.host}:{options.port}: cannot be listened on: {error.strerror or error}; "
            "choose another port, or another address of this machine"
        ) from error
    return listener


def _url(options: ServerOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{listener.getsockname()[1]}"
