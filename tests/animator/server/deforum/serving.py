"""A server in a thread of the test, with a worker process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from httpx2 import Client

from animator.jobs.messages import WorkerOptions
from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from animator.runs.open_model import OpenModel, open_model
from animator.server.app import create_app
from animator.server.options import ServerOptions


@dataclass(frozen=True)
class Served:
    """A server that answers.

    Attributes:
        client: A client of it.
        queue: Its jobs.
    """

    client: Client
    queue: JobQueue


@contextmanager
def served(
    renders: Path, opener: OpenModel = open_model, workers: int = 1, **more: object
) -> Iterator[Served]:
    """Serves a renders folder inside a `with` block; without workers, jobs wait."""
    options = ServerOptions(renders=renders, device="cpu", threads=1, **more)  # type: ignore[arg-type]
    settings = WorkerOptions(renders, "cpu", 1, options.permissions, confinement=options.confinement)
    with JobQueue(renders, capacity=options.capacity) as queue:
        if not workers:
            with answering(options, queue) as one:
                yield one
            return
        with Workers(queue, settings, workers, opener), answering(options, queue) as one:
            yield one


@contextmanager
def answering(options: ServerOptions, queue: JobQueue) -> Iterator[Served]:
    """Answers requests inside a `with` block."""
    config = uvicorn.Config(create_app(options, queue), log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with Client(base_url=url, timeout=120, follow_redirects=True, trust_env=False) as client:
                yield Served(client, queue)
        finally:
            server.should_exit = True
            thread.join()
