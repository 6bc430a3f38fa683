"""Which hosts and addresses may be connected to; `network` connects to them."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from animator.core.permissions import Permissions
from animator.errors import AllowDownload, AllowHost, Hint

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SHORT_ADDRESS = re.compile(r"[0-9a-fx.]+", re.ASCII)


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
    host = host_of(url)
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


def is_numeric(host: str) -> bool:
    """Returns True for an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _written_address(host: str) -> str:
    """Returns the address that a host is, in any notation such as 2130706433 or 0x7f.1; empty for names."""
    if is_numeric(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if _SHORT_ADDRESS.fullmatch(host) else ""
    except OSError:
        return ""


def host_of(url: str) -> str:
    """Returns the lower-case host of a URL."""
    return (urlsplit(url).hostname or "").rstrip(".")
