"""Checks the Host and Origin headers, so that a web page of a stranger cannot use a local server.

A browser sends any name that leads to this machine as `Host`: a page can have its own name lead here (DNS
rebinding) and then read answers as its own. Addresses cannot be rebound, so they are accepted.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from animator.server.problems import problem_response

_SAFE = ("GET", "HEAD", "OPTIONS")


class HostCheck:
    """Refuses requests that name another host, and changes that another site's page asks for.

    Args:
        app: The application.
        hostnames: Names of this server besides addresses and localhost.
        origins: Origins whose pages may ask for changes.
    """

    def __init__(self, app: ASGIApp, hostnames: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        self._app = app
        self._hostnames = {"localhost", *(name.lower() for name in hostnames)}
        self._origins = set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host):
            detail = f"host {host:.100}: is not a name of this server; use its address"
            await problem_response(HTTPConnection(scope), 421, "host", detail)(scope, receive, send)
            return
        origin = headers.get("origin")
        if scope["type"] == "http" and scope["method"] in _SAFE:
            origin = None
        if origin is not None and origin not in self._origins and _host_of(origin) != host:
            detail = f"origin {origin:.100}: pages of other sites may not use this server"
            await problem_response(HTTPConnection(scope), 403, "origin", detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hostnames
        return True


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
