"""Bounded downloads over HTTP and HTTPS; no URL and no redirect can reach a local file."""

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Limits of a download.

    Attributes:
        max_bytes: Largest size.
        timeout_s: Longest wait for each response of the server, in seconds.
        total_s: Longest time for the whole download, in seconds; None sets no bound.
    """

    max_bytes: int
    timeout_s: float
    total_s: float | None = None


def download(url: str, out: IO[bytes], limits: Limits) -> None:
    """Downloads a URL into an open file.

    Args:
        url: http:// or https://.
        out: The file; after a failure it has a part of the data.
        limits: Size and time after which the download is given up.

    Raises:
        OSError: The download failed, or the file cannot be written; the message says why.
    """
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "animator"})  # noqa: S310 (see _opener)
        with _opener().open(request, timeout=limits.timeout_s) as response:
            _copy(response, out, limits)
    except urllib.error.HTTPError as error:
        error.close()  # the error keeps the connection open
        raise OSError(f"{error.reason} (HTTP {error.code})") from error
    except (urllib.error.URLError, HTTPException, ValueError) as error:
        raise OSError(str(getattr(error, "reason", error))) from error


def _opener() -> urllib.request.OpenerDirector:
    """Returns an opener without the handlers for files and FTP that urlopen has."""
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


def _copy(response: IO[bytes], out: IO[bytes], limits: Limits) -> None:
    size, start = 0, time.monotonic()
    while chunk := response.read(_CHUNK):
        size += len(chunk)
        if size > limits.max_bytes:
            raise OSError(f"it is larger than {limits.max_bytes / 1e6:g} MB")
        if limits.total_s is not None and time.monotonic() - start > limits.total_s:
            raise OSError(f"it took longer than {limits.total_s:g} seconds")
        out.write(chunk)
