"""A file as the answer to GET and HEAD: entity tag, conditions, ranges (RFC 9110)."""

import asyncio
import os
from collections.abc import AsyncIterator
from email.utils import formatdate, parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from animator.server.files.byte_range import UnsatisfiableRangeError, parse_range
from animator.server.problems import problem_response

BLOCK = 2**18
CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".avif": "image/avif",
    ".srt": "application/x-subrip",
    ".yaml": "application/yaml",
    ".jsonl": "application/x-ndjson",
}


def content_type_of(name: str) -> str:
    """Returns the content type of a file by its suffix."""
    return CONTENT_TYPES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")  # noqa: PTH122


def file_tag(file: BinaryIO, *variants: object) -> str:
    """Returns the entity tag of a file as it is now.

    Args:
        file: The file.
        variants: What an answer that is computed from the file also depends on.
    """
    facts = os.fstat(file.fileno())
    parts = (facts.st_ino, facts.st_mtime_ns, facts.st_size, *variants)
    return '"' + "-".join(f"{part:x}" if isinstance(part, int) else str(part) for part in parts) + '"'


def is_known(request: Request, tag: str) -> bool:
    """Returns True where the client has the content of an entity tag already."""
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    return tag in known or "*" in known


def unchanged(tag: str) -> Response:
    """Returns the answer for a client that has the content already."""
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})


def answer_file(request: Request, file: BinaryIO, name: str) -> Response:
    """Returns the answer with a file, or a part of it; closes the file once it is sent.

    Args:
        request: The request.
        file: The file. A new one may take its place meanwhile; this answer goes on with the one it began.
        name: Name under which a browser saves it.
    """
    facts, tag = os.fstat(file.fileno()), file_tag(file)
    modified = formatdate(facts.st_mtime, usegmt=True)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        "ETag": tag,
        "Last-Modified": modified,
        "Content-Disposition": _disposition(name),
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request, tag) or _is_recent(request, facts.st_mtime):
        file.close()
        return unchanged(tag)
    status, part = 200, range(facts.st_size)
    wanted = request.headers.get("range")
    if wanted is not None and request.headers.get("if-range", tag) in (tag, modified):
        try:
            asked = parse_range(wanted, facts.st_size)
        except UnsatisfiableRangeError:
            file.close()
            response = problem_response(
                request, 416, "range", f"range {wanted:.100}: the file has {facts.st_size} bytes"
            )
            response.headers["Content-Range"] = f"bytes */{facts.st_size}"
            return response
        if asked is not None:
            status, part = 206, asked
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{facts.st_size}"
    headers["Content-Length"] = str(len(part))
    sent = range(0) if request.method == "HEAD" else part
    return _FileResponse(file, sent, status, headers, content_type_of(name))


class _FileResponse(StreamingResponse):
    """Sends a part of an open file, and closes it whatever happens."""

    def __init__(self, file: BinaryIO, part: range, status: int, headers: dict[str, str], kind: str) -> None:
        super().__init__(_blocks(file, part), status, headers, kind)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


async def _blocks(file: BinaryIO, part: range) -> AsyncIterator[bytes]:
    """Yields a part of a file; a file that became shorter meanwhile ends the connection, not the server."""
    left = len(part)
    if left:
        await asyncio.to_thread(file.seek, part.start)
    while left and (block := await asyncio.to_thread(file.read, min(BLOCK, left))):
        left -= len(block)
        yield block


def _is_recent(request: Request, modified: float) -> bool:
    """Returns True where a client without an entity tag has the file since it was last modified."""
    since = request.headers.get("if-modified-since")
    if since is None or "if-none-match" in request.headers:
        return False
    try:
        return int(modified) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError):
        return False


def _disposition(name: str) -> str:
    """Returns the header with a file's name: in ASCII for old clients, and as it is."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in name)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
