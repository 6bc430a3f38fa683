"""Sends one message to its target: to permitted addresses only, in limited time, following no redirect."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException

from animator.core.network import open_http
from animator.core.permissions import Permissions

STEP_S, TOTAL_S = 5.0, 15.0
"""Longest wait for each part of the answer, and for all of it."""


def post(url: str, body: bytes, headers: Mapping[str, str], permissions: Permissions) -> int:
    """Returns the status with which a target answers.

    Args:
        url: The target.
        body: The message.
        headers: Its headers.
        permissions: Hosts that may be connected to.

    Raises:
        OSError: There is no answer, or the target has an address that is not permitted.
    """
    deadline = _Deadline()
    timer = threading.Timer(TOTAL_S, deadline.end)
    timer.daemon = True
    opener = open_http(permissions, deadline.watch, follow_redirects=False)
    request = urllib.request.Request(url, body, dict(headers), method="POST")  # noqa: S310 (http only)
    timer.start()
    try:
        with opener.open(request, timeout=STEP_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError as error:
        raise error.reason if isinstance(error.reason, OSError) else OSError(str(error.reason)) from error
    except (HTTPException, ValueError) as error:  # no HTTP, or a header that cannot be one
        raise OSError(f"its answer is not one of HTTP: {error}") from error
    finally:
        timer.cancel()


class _Deadline:
    """Ends the connection of a request that takes too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False
        self._socket: socket.socket | None = None

    def watch(self, connection: socket.socket) -> None:
        """Takes the request's connection."""
        with self._lock:
            self._socket = connection
            if self._is_over:
                connection.close()

    def end(self) -> None:
        """Ends it."""
        with self._lock, suppress(OSError):
            self._is_over = True
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
