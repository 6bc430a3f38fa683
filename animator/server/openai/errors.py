"""Errors as clients of OpenAI's API expect them: `{"error": {message, type, param, code}}`."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from animator.core.printable import printable

_PREFIX = "/v1/"
Responses = dict[int | str, dict[str, Any]]
_SERVER_ERROR = 500


class ErrorFacts(BaseModel):
    """What is wrong."""

    message: str
    type: str
    param: str | None = Field(None, description="The parameter that is wrong.")
    code: str | None = None


class OpenAiError(BaseModel):
    """An error."""

    error: ErrorFacts


def openai_responses(*statuses: int) -> Responses:
    """Returns the description of errors for the OpenAPI document: some, and those of every route."""
    always = (400, 401, 403, 413, 421, 500)
    responses: Responses = {status: {"model": OpenAiError} for status in sorted({*always, *statuses})}
    responses[422] = {"model": OpenAiError, "description": "Never sent: a mistake in a request is 400."}
    return responses


def has_openai_errors(request: HTTPConnection) -> bool:
    """Returns True for a request of OpenAI's API."""
    return request.url.path.startswith(_PREFIX)


def openai_error(
    status: int, message: str, param: str | None = None, code: str | None = None
) -> JSONResponse:
    """Returns the answer for an error; a mistake in the request, 422 in our own API, is 400 here."""
    status = 400 if status == 422 else status
    kind = "server_error" if status >= _SERVER_ERROR else "invalid_request_error"
    facts = ErrorFacts(message=printable(message), type=kind, param=param, code=code)
    return JSONResponse(OpenAiError(error=facts).model_dump(), status)
