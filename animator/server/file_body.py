"""The file in the body of a request, passed on while it arrives: raw, or the first file of a form."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from animator.errors import UserError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FORM = "multipart/form-data"
Take = Callable[[bytes], Awaitable[None]]


async def read_file(request: Request, take: Take) -> str:
    """Reads the file of a request, and returns its name as the client has it; empty where there is none.

    Args:
        request: The request.
        take: Gets the bytes of the file as they come.

    Raises:
        UserError: The body is a form without a file, or no form although it says so.
        ClientDisconnect: The client went away before the end.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind.decode("latin-1").lower() != FORM:
        async for chunk in request.stream():
            await take(chunk)
        return request.query_params.get("name", "")
    form = _Form()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), form.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            await take(form.taken())
    except FormParserError as error:
        raise UserError(f"the body is not a form: {error}") from error
    if not form.is_found:
        raise UserError("the form has no file; expected one, as `curl -F file=@sky.png` sends it")
    if not form.is_complete:
        raise UserError("the form breaks off before its end")
    return form.name


class _Form:
    """Finds the first file among the parts of a form."""

    def __init__(self) -> None:
        self.name = ""
        self.is_found = False
        self.is_complete = False
        self._is_inside = False
        self._key = b""
        self._value = b""
        self._disposition = b""
        self._chunks: list[bytes] = []

    def taken(self) -> bytes:
        """Returns the bytes of the file that came since the last call."""
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data

    def callbacks(self) -> "MultipartCallbacks":
        """Returns what the parser calls."""
        return {
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._key += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._key.lower() == b"content-disposition":
            self._disposition = self._value
        self._key = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._disposition = b""
        if b"filename" in options and not self.is_found:
            self.name = options[b"filename"].decode("utf-8", "replace")
            self.is_found = self._is_inside = True

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_inside:
            self._chunks.append(data[start:end])

    def _on_part_end(self) -> None:
        self._is_inside = False

    def _on_end(self) -> None:
        self.is_complete = True
