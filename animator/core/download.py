"""Bounded downloads over HTTP and HTTPS; no URL or redirect can reach a local file or a private address."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from animator.core.hosts import ForbiddenHostError
from animator.core.permissions import Permissions, permissions
from animator.core.threads import start_thread

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


def download(url: str, out: IO[bytes], limits: Limits) -> None:
    """Downloads a URL into an open file, where the permissions in force let it; see `permissions`.

    Args:
        url: http:// or https://.
        out: The file; after a failure it has a part of the data.
        limits: Size and time after which the download is given up.

    Raises:
        ForbiddenHostError: The URL, or a redirect, leads to a host that is not permitted.
        OSError: The download failed, or the file cannot be written; the message says why.
    """
    # A thread, because nothing else bounds all of it: resolution, handshake, and every line of the header.
    job = _Download(url, out, limits, permissions())
    thread = start_thread(job.run, "download")
    try:
        thread.join(limits.total_s)
    finally:
        job.cancel()
    if job.error is not None:
        raise job.error
    if not job.is_complete:
        raise OSError(f"it took longer than {limits.total_s:g} seconds")


class _Download:
    """A download in a thread; errors are kept for the caller."""

    def __init__(self, url: str, out: IO[bytes], limits: Limits, granted: Permissions) -> None:
        self._url = url
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

        request = urllib.request.Request(self._url, headers={"User-Agent": "animator"})  # noqa: S310 (http only)
        opener = open_http(self._granted, self._track)
        with opener.open(request, timeout=self._limits.timeout_s) as response:
            size = 0
            # read1 returns what one packet brought, so a slow server cannot hold up the checks.
            while chunk := response.read1(_CHUNK):
                size += len(chunk)
                if size > self._limits.max_bytes:
                    raise OSError(f"it is larger than {self._limits.max_bytes / 1e6:g} MB")
                self._write(chunk)
            if response.length:
                raise OSError(f"the server sent {response.length} bytes less than it announced")

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
        return OSError(f"{error.reason} (HTTP {error.code})")
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ForbiddenHostError):
        return reason
    if isinstance(reason, OSError) and not isinstance(error, urllib.error.URLError | HTTPException):
        return reason
    return OSError(str(reason) or type(reason).__name__)
