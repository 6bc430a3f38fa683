"""A server that answers over a real connection, and whose jobs are rendered by hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from animator.server.context import ServerContext
from animator.server.options import ServerOptions
from animator.server.webhooks.sender import WebhookSender
from tests.animator.server.running import local_server

LAKE: dict[str, Any] = {"frames": 4, "size": [64, 64], "prompts": "a lake"}


@dataclass(frozen=True)
class Api:
    """A server.

    Attributes:
        client: Asks it; knows its address.
        queue: Its jobs.
        context: What its handlers share.
    """

    client: httpx2.Client
    queue: JobQueue
    context: ServerContext

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
        local_server(options) as local,
        WebhookSender(local.queue, options.webhook_permissions),
        httpx2.Client(base_url=local.url, timeout=60, trust_env=False) as client,
    ):
        yield Api(client, local.queue, local.context)
