"""Connections over HTTP and HTTPS to permitted addresses only.

Names are resolved once and the connection goes to the address that was checked, so a name cannot lead to
another one in between. Each redirect makes a new connection, which is checked alike.
"""

import http.client
import re
import socket
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

from animator.core.hosts import ForbiddenHostError, check_address, host_of, is_numeric
from animator.core.permissions import Permissions

Track = Callable[[socket.socket], None]
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
_PLAIN_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)


def open_http(
    permissions: Permissions, track: Track, *, follow_redirects: bool = True
) -> urllib.request.OpenerDirector:
    """Returns an opener of http and https URLs; it has no handlers for files and FTP.

    A proxy that the environment names is used: it is the person's own, so it may have any address. The
    host behind it is checked as far as its name can be resolved here.

    Args:
        permissions: Hosts that may be connected to.
        track: Called with each new socket.
        follow_redirects: Open what a redirect names; otherwise it is an HTTPError.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _Http(permissions, track),
        _Https(permissions, track),
        urllib.request.HTTPDefaultErrorHandler(),
        *([urllib.request.HTTPRedirectHandler()] if follow_redirects else []),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _connect(
    permissions: Permissions,
    track: Track,
    target: tuple[str, int],
    timeout: float | None = None,
    source_address: Any = None,
) -> socket.socket:
    """Connects to the first address of a host that answers, after all of them are checked."""
    host, port = target
    if not permissions.network and not is_numeric(host):  # nothing is asked of a name server either
        raise ForbiddenHostError(host, is_private=False)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        check_address(permissions, host, str(address[0]))
    error: OSError = OSError(f"{host}: has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        track(connection)
        try:
            connection.settimeout(timeout)
            connection.connect(address)
        except OSError as failed:
            error = failed
            connection.close()
        else:
            return connection
    raise error


def _check_behind_proxy(permissions: Permissions, url: str) -> None:
    """Checks the host of a URL that a proxy will open; a name that only the proxy can resolve is public."""
    host = host_of(url)
    # Where a host is written in an unusual way, the proxy might read another one than we do.
    if not _PLAIN_HOST.fullmatch(host):
        raise ForbiddenHostError(host, is_private=True)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        is_local = "." not in host or host.endswith(_LOCAL_NAMES)
        check_address(permissions, host, "127.0.0.1" if is_local else "1.1.1.1")
        return
    for *_, address in found:
        check_address(permissions, host, str(address[0]))


class _Guarded:
    """The part that both handlers share: connections that are checked when they are made."""

    def __init__(self, permissions: Permissions, track: Track) -> None:
        super().__init__()
        self._permissions = permissions
        self._track = track

    def _connection(
        self, kind: Callable[..., http.client.HTTPConnection], request: urllib.request.Request
    ) -> Callable[..., http.client.HTTPConnection]:
        """Returns a function of host and timeout that makes the connection of a request."""
        permissions = self._permissions
        if request.has_proxy() or getattr(request, "_tunnel_host", None):
            _check_behind_proxy(permissions, request.full_url)
            permissions = Permissions(hosts=frozenset({host_of(f"//{request.host}")}))
        connect = partial(_connect, permissions, self._track)

        def open_connection(host: str, **options: Any) -> http.client.HTTPConnection:
            connection = kind(host, **options)
            # The hook of `http.client` for how a socket is made, which its type does not list.
            connection._create_connection = connect  # type: ignore[attr-defined]
            return connection

        return open_connection


class _Http(_Guarded, urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Opens an http URL."""
        return self.do_open(self._connection(http.client.HTTPConnection, req), req)


class _Https(_Guarded, urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Opens an https URL."""
        return self.do_open(self._connection(http.client.HTTPSConnection, req), req)
