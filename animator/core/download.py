"""Bounded downloads over HTTP and HTTPS; no URL or redirect can reach a local file or a private address."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, TYPE_CHECKING

from animator.core.hosts import ForbiddenHostError
from animator.core.permissions import Permissions, permissions
from animator.core.threads import start_thread

if TYPE_CHECKING:
    from http.client import HTTPResponse

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Limits of a download.

    Attributes:
        max_bytes: Largest size.
        timeout_s: Longest wait for each part of the server's response, in seconds.
        total_s: Longest time for the whole download, in seconds, whatever the server does.
    """

    max_bytes: int
    timeout_s: float
    total_s: float


@dataclass(frozen=True)
class Part:
    """What an earlier download of the same URL left.

    Attributes:
        size: Bytes that are there.
        tag: The strong ETag of the file that they are the beginning of.
    """

    size: int
    tag: str


class NoSuchRangeError(OSError):
    """The server's file ends where the part that is there does, or before."""


def download(
    url: str,
    out: IO[bytes],
    limits: Limits,
    part: Part | None = None,
    on_tag: Callable[[str], None] = lambda tag: None,
) -> None:
    """Downloads a URL into an open file, where the permissions in force let it; see `permissions`.

    Args:
        url: http:// or https://.
        out: The file; after a failure it has a part of the data.
        limits: Size and time after which the download is given up.
        part: What is in the file already; it is emptied where the server has another file by now, or sends
            whole files only.
        on_tag: Called before anything is written, with the file's strong ETag; empty where there is none.

    Raises:
        ForbiddenHostError: The URL, or a redirect, leads to a host that is not permitted.
        OSError: The download failed, or the file cannot be written; the message says why.
    """
    # A thread, because nothing else bounds all of it: resolution, handshake, and every line of the header.
    job = _Download(_Request(url, part, on_tag), out, limits, permissions())
    thread = start_thread(job.run, "download")
    try:
        thread.join(limits.total_s)
    finally:
        job.cancel()
    if job.error is not None:
        raise job.error
    if not job.is_complete:
        raise OSError(f"it took longer than {limits.total_s:g} seconds")


@dataclass(frozen=True)
class _Request:
    """What is asked of a server; see `download`."""

    url: str
    part: Part | None
    on_tag: Callable[[str], None]

    @property
    def headers(self) -> dict[str, str]:
        """The header fields."""
        if self.part is None:
            return {"User-Agent": "animator"}
        return {"User-Agent": "animator", "Range": f"bytes={self.part.size}-", "If-Range": self.part.tag}

    def start_of(self, response: HTTPResponse) -> int:
        """Returns the position in the file at which a response begins.

        Raises:
            OSError: The response is another part of the file than the one that was asked for.
        """
        if self.part is None or response.status != HTTPStatus.PARTIAL_CONTENT:
            return 0
        if not response.headers.get("Content-Range", "").startswith(f"bytes {self.part.size}-"):
            raise OSError("the server sent another part of the file than the one asked for")
        return self.part.size


def _strong_tag(tag: str | None) -> str:
    return tag if tag is not None and tag.startswith('"') else ""


class _Download:
    """A download in a thread; errors are kept for the caller."""

    def __init__(self, request: _Request, out: IO[bytes], limits: Limits, granted: Permissions) -> None:
        self._request = request
        self._out = out
        self._limits = limits
        self._granted = granted
        self._deadline = time.monotonic() + limits.total_s
        self._lock = threading.Lock()
        self._is_canceled = False
        self._socket: socket.socket | None = None
        self.error: OSError | None = None
        self.is_complete = False

    def run(self) -> None:
        """Downloads; afterwards `is_complete` is set, or `error`, or neither where it was canceled."""
        try:
            self._fetch()
        except Exception as error:  # noqa: BLE001 (a thread's errors must reach the caller)
            with self._lock:
                if not self._is_canceled:
                    self.error = _as_os_error(error)
        else:
            self.is_complete = not self._is_canceled

    def cancel(self) -> None:
        """Ends the connection; nothing is written into the file from now on."""
        with self._lock:
            self._is_canceled = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _fetch(self) -> None:
        # Imported here: most films download nothing, and these load http, email and ssl.
        import urllib.request

        from animator.core.network import open_http

        asked = urllib.request.Request(self._request.url, headers=self._request.headers)  # noqa: S310 (http only)
        opener = open_http(self._granted, self._track)
        with opener.open(asked, timeout=self._limits.timeout_s) as response:
            size = self._begin(response)
            # read1 returns what one packet brought, so a slow server cannot hold up the checks.
            while chunk := response.read1(_CHUNK):
                size += len(chunk)
                if size > self._limits.max_bytes:
                    raise OSError(f"it is larger than {self._limits.max_bytes / 1e6:g} MB")
                self._write(chunk)
            if response.length:
                raise OSError(f"the server sent {response.length} bytes less than it announced")

    def _begin(self, response: HTTPResponse) -> int:
        """Prepares the file for a response; returns how much of it is kept."""
        start = self._request.start_of(response)
        with self._lock:
            if not self._is_canceled:
                if self._request.part is not None:
                    self._out.seek(start)
                    self._out.truncate()
                self._request.on_tag(_strong_tag(response.headers.get("ETag")))
        return start

    def _write(self, chunk: bytes) -> None:
        with self._lock:
            if self._is_canceled or time.monotonic() > self._deadline:
                raise OSError(f"it took longer than {self._limits.total_s:g} seconds")
            self._out.write(chunk)

    def _track(self, connection: socket.socket) -> None:
        with self._lock:
            self._socket = connection
            if self._is_canceled:
                connection.close()


def _as_os_error(error: Exception) -> OSError:
    """Returns an error of urllib as an OSError whose message is the reason alone."""
    import urllib.error
    from http.client import HTTPException

    if isinstance(error, urllib.error.HTTPError):
        error.close()  # the error keeps the connection open
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return NoSuchRangeError(f"{error.reason} (HTTP {error.code})")
        return OSError(f"{error.reason} (HTTP {error.code})")
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ForbiddenHostError):
        return reason
    if isinstance(reason, OSError) and not isinstance(error, urllib.error.URLError | HTTPException):
        return reason
    return OSError(str(reason) or type(reason).__name__)
