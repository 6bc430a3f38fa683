"""A server that answers over a real connection, and whose jobs are rendered by hand."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn

from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from animator.server.app import create_app
from animator.server.options import ServerOptions
from animator.server.webhooks.sender import WebhookSender

LAKE: dict[str, Any] = {"frames": 4, "size": [64, 64], "prompts": "a lake"}


@dataclass(frozen=True)
class Api:
    """A server.

    Attributes:
        client: Asks it; knows its address.
        queue: Its jobs.
        options: Its options.
    """

    client: httpx2.Client
    queue: JobQueue
    options: ServerOptions

    def submit(self, **body: Any) -> Any:
        """Submits a small film and returns the answer's object."""
        answer = self.client.post("/api/v1/jobs", json={"preset": LAKE, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def render(self, state: JobState = JobState.SUCCEEDED) -> None:
        """Takes the next job and ends it, as a worker does."""
        job = self.queue.store.take_next()
        assert job is not None
        self.queue.store.change(job.id, [JobState.RUNNING], state=state, ended=time.time())


@contextmanager
def served(options: ServerOptions) -> Iterator[Api]:
    """Serves on a free port."""
    with (
        JobQueue(options.renders, capacity=options.capacity) as queue,
        WebhookSender(queue, options.webhook_permissions),
    ):
        config = uvicorn.Config(create_app(options, queue), port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            yield Api(client, queue, options)
        server.should_exit = True
        thread.join()
