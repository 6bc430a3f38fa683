"""Bounded downloads over HTTP and HTTPS; no address and no redirection reaches a local file."""

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Bounds of a download.

    Attributes:
        max_bytes: Largest size.
        timeout_s: Longest wait for each answer of the server, in seconds.
        total_s: Longest time for the whole download, in seconds; None sets no bound.
    """

    max_bytes: int
    timeout_s: float
    total_s: float | None = None


def download(url: str, out: IO[bytes], limits: Limits) -> None:
    """Writes what a URL holds to a file.

    Args:
        url: http:// or https://.
        out: Takes the bytes; holds a part of them after a failure.
        limits: When to give up.

    Raises:
        OSError: The download failed, or the bytes cannot be written; the message says why.
    """
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "animator"})  # noqa: S310 (see _opener)
        with _opener().open(request, timeout=limits.timeout_s) as answer:
            _copy(answer, out, limits)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise OSError(f"{error.reason} (HTTP {error.code})") from error
    except (urllib.error.URLError, HTTPException, ValueError) as error:
        raise OSError(str(getattr(error, "reason", error))) from error


def _opener() -> urllib.request.OpenerDirector:
    """Returns an opener that, unlike urlopen's, knows no files and no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _copy(answer: IO[bytes], out: IO[bytes], limits: Limits) -> None:
    size, began = 0, time.monotonic()
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > limits.max_bytes:
            raise OSError(f"it is larger than {limits.max_bytes / 1e6:g} MB")
        if limits.total_s is not None and time.monotonic() - began > limits.total_s:
            raise OSError(f"it took longer than {limits.total_s:g} seconds")
        out.write(chunk)
