"""Connections over HTTP and HTTPS to permitted addresses only.

Names are resolved once and the connection goes to the address that was checked, so a name cannot lead to
another one in between. Each redirect makes a new connection, which is checked alike.
"""

import http.client
import ipaddress
import re
import socket
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from animator.core.permissions import Permissions
from animator.errors import AllowDownload, AllowHost, Hint

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Track = Callable[[socket.socket], None]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
_SHORT_ADDRESS = re.compile(r"[0-9a-fx.]+", re.ASCII)
_PLAIN_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)


class ForbiddenHostError(OSError):
    """A host that may not be connected to.

    Attributes:
        hint: What permits it: a host in a private network has to be named.
    """

    def __init__(self, host: str, address: str = "", *, is_private: bool) -> None:
        where = f" ({address})" if address and address != host else ""
        reason = "which is not a public address" if is_private else "and downloads are not allowed"
        super().__init__(f"it is at {host}{where}, {reason}")
        self.hint: Hint = AllowHost(host) if is_private else AllowDownload()


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


def is_public(address: Address) -> bool:
    """Returns True for an address of the public internet, seen through the notations that embed IPv4."""
    embedded = _embedded(address)
    return address.is_global and not address.is_multicast and (embedded is None or is_public(embedded))


def check_address(permissions: Permissions, host: str, address: str) -> None:
    """Checks that an address may be connected to.

    Args:
        permissions: Hosts that may be connected to.
        host: Name or address in the URL.
        address: Numeric address that the host was resolved to.

    Raises:
        ForbiddenHostError: It may not.
    """
    if {host.lower().rstrip("."), address} & permissions.hosts:
        return
    is_private = not is_public(ipaddress.ip_address(address))
    if is_private or not permissions.download:
        raise ForbiddenHostError(host, address, is_private=is_private)


def check_url(permissions: Permissions, url: str) -> None:
    """Checks a URL as far as that is possible without asking the network; names are not resolved.

    Raises:
        ForbiddenHostError: It may not be connected to.
    """
    host = _host_of(url)
    if address := _written_address(host):
        check_address(permissions, host, address)
    elif not permissions.download and host not in permissions.hosts:
        raise ForbiddenHostError(host, is_private=False)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """Returns the IPv4 address inside an IPv6 one: mapped, compatible, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64 or address.packed[:12] == bytes(12):
        return ipaddress.IPv4Address(address.packed[12:])
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


def _connect(
    permissions: Permissions,
    track: Track,
    target: tuple[str, int],
    timeout: float | None = None,
    source_address: Any = None,
) -> socket.socket:
    """Connects to the first address of a host that answers, after all of them are checked."""
    host, port = target
    if not permissions.network and not _is_numeric(host):  # nothing is asked of a name server either
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
    host = _host_of(url)
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
            permissions = Permissions(hosts=frozenset({_host_of(f"//{request.host}")}))
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


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _written_address(host: str) -> str:
    """Returns the address that a host is, in any notation such as 2130706433 or 0x7f.1; empty for names."""
    if _is_numeric(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if _SHORT_ADDRESS.fullmatch(host) else ""
    except OSError:
        return ""


def _host_of(url: str) -> str:
    """Returns the lower-case host of a URL."""
    return (urlsplit(url).hostname or "").rstrip(".")
