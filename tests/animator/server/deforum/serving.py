"""A server in a thread of the test, with a worker process."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from httpx2 import Client

from animator.jobs.messages import WorkerOptions
from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from animator.runs.open_model import OpenModel, open_model
from animator.server.options import ServerOptions
from tests.animator.server.running import local_server


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
    with (
        local_server(options) as local,
        Workers(local.queue, settings, workers, opener) if workers else nullcontext(),
        Client(base_url=local.url, timeout=120, follow_redirects=True, trust_env=False) as client,
    ):
        yield Served(client, local.queue)
