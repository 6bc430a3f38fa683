"""Checks the token of requests: as a bearer, or as the password of HTTP Basic."""

import base64
import binascii
import secrets

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from animator.server.problems import problem_response

OPEN = ("/health",)
"""Paths that need no token."""
CHALLENGES = ('Basic realm="animator", charset="UTF-8"', "Bearer")
"""How a token may be shown."""


class TokenCheck:
    """Refuses requests without the server's token.

    Args:
        app: The application.
        token: The token.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN or self._shows(scope):
            await self._app(scope, receive, send)
            return
        detail = "expected the server's token: Authorization: Bearer TOKEN, or as the password of HTTP Basic"
        response = problem_response(HTTPConnection(scope), 401, "token", detail)
        for challenge in CHALLENGES:  # a header each: Chromium does not find the second one in a line
            response.headers.append("WWW-Authenticate", challenge)
        await response(scope, receive, send)

    def _shows(self, scope: Scope) -> bool:
        kind, _, value = Headers(scope=scope).get("authorization", "").partition(" ")
        shown = value.strip().encode()
        if kind.lower() == "basic":
            try:
                shown = base64.b64decode(shown, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif kind.lower() != "bearer":
            return False
        return secrets.compare_digest(shown, self._token)
