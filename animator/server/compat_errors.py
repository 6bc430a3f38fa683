"""Errors in the shape that clients of other programs' APIs expect: FastAPI's own, `{"detail": ...}`."""

import json
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from animator.core.printable import printable

_PREFIXES = ("/deforum/", "/deforum_api/", "/sdapi/", "/controlnet/", "/internal/")
"""How the paths of those APIs begin."""


class Detail(BaseModel):
    """An error."""

    detail: str


class InvalidPlace(BaseModel):
    """One mistake in a request."""

    loc: list[int | str] = Field(description="Where: query or body, and the keys from there on.")
    msg: str
    type: str


class InvalidRequest(BaseModel):
    """Every mistake in a request, and its body."""

    detail: list[InvalidPlace]
    body: Any = Field(description="The body as it came; null where there is none, or none that JSON has.")


COMPAT_RESPONSES: dict[int | str, dict[str, Any]] = {
    **{status: {"model": Detail} for status in (401, 403, 413, 421, 500)},
    422: {"model": InvalidRequest | Detail},
}
"""Errors of every route, for the OpenAPI document."""


def has_compat_errors(request: HTTPConnection) -> bool:
    """Returns True for a request of another program's API."""
    return request.url.path.startswith(_PREFIXES)


def invalid_request(error: RequestValidationError) -> JSONResponse:
    """Returns the answer to a request that is not as expected."""
    places = [
        InvalidPlace(
            loc=[printable(part) if isinstance(part, str) else part for part in item["loc"]],
            msg=printable(item["msg"]),
            type=item["type"],
        )
        for item in error.errors()
    ]
    return JSONResponse(InvalidRequest(detail=places, body=_sendable(error.body)).model_dump(), 422)


def _sendable(body: Any) -> Any:
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError):
        return None
    return body
