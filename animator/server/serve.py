"""Runs the server until Ctrl-C: `serve`."""

import socket
from collections.abc import Callable

from fastapi import FastAPI

from animator.jobs.images.desk import ImageDesk
from animator.jobs.messages import WorkerOptions
from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from animator.runs.open_model import OpenModel, open_model
from animator.server.app import create_app
from animator.server.http_server import HttpServer, listen
from animator.server.options import ServerOptions
from animator.server.stop_signals import StopSignals
from animator.server.webhooks.sender import WebhookSender


def leave(_: object) -> None:
    """Leaves something as it is."""


def serve(
    options: ServerOptions,
    say: Callable[[str], None],
    opener: OpenModel = open_model,
    *,
    prepare: Callable[[FastAPI], None] = leave,
    ready: Callable[[str], None] = leave,
) -> None:
    """Serves until Ctrl-C or SIGTERM; running jobs stop after their frame then, and go on the next time.

    Args:
        options: The options.
        say: Gets the address once the server answers, and what it does at its end.
        opener: Opens diffusers; a top-level function.
        prepare: Puts more on the application, such as pages, before it answers.
        ready: Gets the URL once the server answers.

    Raises:
        UserError: The port is taken, or the address not of this machine.
        RunError: Another server has the renders folder.
    """
    listener = listen(options)
    settings = WorkerOptions(
        options.renders,
        options.device,
        options.threads,
        options.permissions,
        confinement=options.confinement,
    )
    images = ImageDesk()
    with (
        listener,
        StopSignals() as signals,
        JobQueue(options.renders, capacity=options.capacity) as queue,
        Workers(queue, settings, options.workers, opener, images=images) as workers,
        WebhookSender(queue, options.webhook_permissions),
    ):
        app = create_app(options, queue, lambda: workers.problem, images)
        prepare(app)
        url = _url(options, listener)

        def answer() -> None:
            say(f"animator serves at {url}")
            ready(url)

        HttpServer(app, answer, signals).run([listener])
        say("the running jobs stop after their frame; they go on when the server starts again")


def _url(options: ServerOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{listener.getsockname()[1]}"
