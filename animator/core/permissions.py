"""Permissions for code, pickles, the network and stand-ins: a person gives them, never a preset."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Permissions:
    """Permissions of a command or of a program; none by default.

    Attributes:
        code: Run models that are programs (TorchScript).
        pickle: Read pickled weights, with torch's restricted reader.
        download: Connect to public addresses.
        hosts: Names or addresses of hosts to connect to wherever they are, also in a private network.
        stand_ins: Render films whose networks are missing with what is built in; see `stand_in`.
    """

    code: bool = False
    pickle: bool = False
    download: bool = False
    hosts: frozenset[str] = frozenset()
    stand_ins: bool = False

    @property
    def network(self) -> bool:
        """True if any host may be connected to."""
        return self.download or bool(self.hosts)


_NONE = Permissions()
_CURRENT: ContextVar[Permissions] = ContextVar("permissions", default=_NONE)


def permissions() -> Permissions:
    """Returns the permissions in force."""
    return _CURRENT.get()


def host_names(hosts: Iterable[str]) -> frozenset[str]:
    """Returns hosts as `Permissions` has them: in lower case, without brackets or a last dot."""
    return frozenset(host.lower().strip("[]").rstrip(".") for host in hosts)


@contextmanager
def grant(given: Permissions) -> Iterator[None]:
    """Puts permissions in force inside a `with` block, in place of those outside it."""
    token = _CURRENT.set(given)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def allow(
    *,
    code: bool = False,
    pickle: bool = False,
    download: bool = False,
    hosts: Iterable[str] = (),
    stand_ins: bool = False,
) -> Iterator[None]:
    """Adds permissions inside a `with` block; other threads do not have them.

    Args:
        code: Run models that are programs (TorchScript): these can do whatever you can.
        pickle: Read pickled weights (.pt, .pth, .ckpt, .bin, .pkl), with torch's restricted reader.
        download: Download from public addresses what a film names by URL or hub id.
        hosts: Names or addresses to connect to although they are in a private network.
        stand_ins: Where weights are missing, use the built-in depth network for others, DIS flow for RAFT,
            optical flow for frame interpolators and Lanczos for upscalers, leave faces as generated, and log
            a warning.
    """
    now = permissions()
    added = Permissions(
        now.code or code,
        now.pickle or pickle,
        now.download or download,
        now.hosts | host_names(hosts),
        now.stand_ins or stand_ins,
    )
    with grant(added):
        yield
