"""The answer for a body that is too large, also where the framework refuses it before any of our code."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send

from animator.server.problems import problem_response

TOO_LARGE = 413


class BodyLimitedApp(FastAPI):
    """An application whose limit of bodies is answered as its other errors are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        await super().__call__(scope, receive, _as_problem(Request(scope), receive, send))


def _as_problem(request: Request, receive: Receive, send: Send) -> Callable[[Message], Awaitable[None]]:
    """Returns a `send` that puts our answer in the place of the framework's text."""
    refused = False

    async def send_problem(message: Message) -> None:
        nonlocal refused
        if refused:
            return
        kinds = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
        refused = message.get("status") == TOO_LARGE and kinds[:1] == [b"text/plain; charset=utf-8"]
        if refused:
            detail = "the body is larger than the server takes; send less at once"
            await problem_response(request, TOO_LARGE, "size", detail)(request.scope, receive, send)
            return
        await send(message)

    return send_problem
