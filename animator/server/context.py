"""`ServerContext`: what the handlers of requests share."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from animator.jobs.queue import JobQueue
from animator.server.options import ServerOptions


@dataclass(frozen=True)
class ServerContext:
    """What the handlers of requests share.

    Attributes:
        options: The server's options.
        queue: The jobs.
    """

    options: ServerOptions
    queue: JobQueue


def context_of(request: Request) -> ServerContext:
    """Returns the context of the server that has a request."""
    context: ServerContext = request.app.state.context
    return context


Context = Annotated[ServerContext, Depends(context_of)]
"""The context, as a parameter of a handler."""
