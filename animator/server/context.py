"""`ServerContext`: what the handlers of requests share."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from animator.jobs.queue import JobQueue
from animator.server.model_hashes import ModelHashes
from animator.server.options import ServerOptions
from animator.server.uploads import Uploads
from animator.server.webhooks.outbox import Outbox


@dataclass(frozen=True)
class ServerContext:
    """What the handlers of requests share.

    Attributes:
        options: The server's options.
        queue: The jobs.
        uploads: The files that clients sent.
        outbox: Messages for webhooks.
        model_hashes: Hashes of models.
    """

    options: ServerOptions
    queue: JobQueue
    uploads: Uploads
    outbox: Outbox
    model_hashes: ModelHashes = field(default_factory=ModelHashes)


def context_of(request: Request) -> ServerContext:
    """Returns the context of the server that has a request."""
    context: ServerContext = request.app.state.context
    return context


Context = Annotated[ServerContext, Depends(context_of)]
"""The context, as a parameter of a handler."""
