"""`HttpServer`: listens, says when it answers, and ends its streams when it is to end."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from animator.errors import UserError
from animator.server.options import ServerOptions
from animator.server.stop_signals import StopSignals

DRAIN_S = 10
"""Time for open requests, such as downloads, to end at Ctrl-C."""


class HttpServer(uvicorn.Server):
    """Says when it answers, and once the end is asked for, ends its streams and returns.

    uvicorn's own handling of signals would end the process before its workers are done.

    Args:
        app: The application.
        ready: Called once the server answers.
        signals: Ask for the end.
    """

    def __init__(self, app: FastAPI, ready: Callable[[], None], signals: StopSignals) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_S,
            )
        )
        self._app = app
        self._ready = ready
        self._signals = signals

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to those who have the server."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Returns True where it is time to end."""
        return await super().on_tick(counter) or self._signals.have_come

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to answer."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, and then the server."""
        self._app.state.context.closing.set()
        logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):  # of clients that still read
            connection.transport.abort()
        await asyncio.sleep(0)


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Returns False for the traceback of a request that was cut off; that it was has a line of its own."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


def listen(options: ServerOptions) -> socket.socket:
    """Returns the listening socket.

    Raises:
        UserError: The port is taken, or the address not of this machine.
    """
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
