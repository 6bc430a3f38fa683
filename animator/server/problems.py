"""Errors as answers: problem+json (RFC 9457), and the shapes that clients of other APIs expect."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from animator.core.printable import printable
from animator.errors import (
    AnimatorError,
    JobNotFoundError,
    JobStateError,
    JobStoreError,
    PresetError,
    Problem,
    QueueFullError,
    UserError,
)
from animator.gallery.errors import GalleryError, ItemNotFoundError
from animator.server.compat_errors import has_compat_errors, invalid_request
from animator.server.errors import (
    ImagesFailedError,
    NoRoomError,
    NotFoundError,
    RequestError,
    ServerEndsError,
)
from animator.server.openai.errors import has_openai_errors, openai_error

MEDIA_TYPE = "application/problem+json"
Responses = dict[int | str, dict[str, Any]]
"""Answers of an operation, as the OpenAPI document describes them."""
RETRY_S = 30
"""After how many seconds a client whose job was refused may ask again."""
_NO_TEXT = "There was an error parsing the body"
"""What FastAPI says of a body that is not even text."""
_ALWAYS = (401, 403, 413, 421, 422, 500, 503)
"""Errors of every route: of its request, of the server's checks, of its disk."""
_STATUS: tuple[tuple[type[AnimatorError], int, str], ...] = (
    (JobNotFoundError, 404, "not-found"),
    (ServerEndsError, 503, "server-ends"),
    (NotFoundError, 404, "not-found"),
    (ItemNotFoundError, 404, "not-found"),
    (NoRoomError, 507, "no-room"),
    (JobStateError, 409, "state"),
    (QueueFullError, 429, "queue-full"),
    (PresetError, 422, "settings"),
    (UserError, 422, "request"),
    (JobStoreError, 503, "store"),
    (GalleryError, 503, "store"),
    (AnimatorError, 500, "failure"),
)


class ProblemPlace(BaseModel):
    """One mistake in a request."""

    pointer: str = Field(description="JSON pointer to the value in the request or the preset.")
    message: str = Field(description="What was there, what is expected, what to do.")
    where: str = Field("", description="Line and column, where the settings are a text.")


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="Kind of the error, as a URI.")
    title: str
    status: int
    detail: str = Field("", description="What happened, and what to do.")
    errors: list[ProblemPlace] = Field(default_factory=list, description="Every mistake, at once.")


def problem_responses(*statuses: int) -> Responses:
    """Returns the description of errors for the OpenAPI document: some, and those of every route."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({*_ALWAYS, *statuses})
    }


def problem_response(
    request: HTTPConnection, status: int, kind: str, detail: str, errors: Iterable[ProblemPlace] = ()
) -> Response:
    """Returns the answer for an error, in the shape of the API that was asked."""
    problem = ProblemDetails(
        type=f"urn:animator:problem:{kind}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=printable(detail),
        errors=[
            ProblemPlace(**{name: printable(text) for name, text in place.model_dump().items()})
            for place in errors
        ],
    )
    if has_compat_errors(request):
        response = JSONResponse({"detail": problem.detail or problem.title}, status)
    elif has_openai_errors(request):
        param = next((place.pointer.strip("/").replace("/", ".") for place in problem.errors), None)
        response = openai_error(status, problem.detail or problem.title, param or None, kind)
    else:
        response = JSONResponse(problem.model_dump(), status, media_type=MEDIA_TYPE)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def place_of(problem: Problem) -> ProblemPlace:
    """Returns a mistake in settings as it is sent."""
    return ProblemPlace(pointer=problem.pointer, message=problem.message, where=problem.where)


def handle_errors(app: FastAPI) -> None:
    """Has every error of a handler answered."""
    app.exception_handler(AnimatorError)(_animator_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(Exception)(_unexpected)


async def _animator_error(request: Request, error: AnimatorError) -> Response:
    if isinstance(error, ImagesFailedError):
        status, kind = (422, "settings") if error.is_mistake else (500, "failure")
        places = [place_of(problem) for problem in error.error.problems]
        return problem_response(request, status, kind, str(error), places)
    status, kind = next((status, kind) for type_, status, kind in _STATUS if isinstance(error, type_))
    return problem_response(request, status, kind, str(error), _places_of(error))


def _places_of(error: AnimatorError) -> list[ProblemPlace]:
    if isinstance(error, PresetError):
        return [place_of(problem) for problem in error.problems]
    return (
        [ProblemPlace(pointer=error.pointer, message=str(error))] if isinstance(error, RequestError) else []
    )


async def _validation_error(request: Request, error: RequestValidationError) -> Response:
    if has_compat_errors(request):
        return invalid_request(error)
    places = [
        ProblemPlace(pointer="".join(f"/{part}" for part in item["loc"][1:]), message=item["msg"])
        for item in error.errors()
    ]
    detail = "the request is not as expected"
    if has_openai_errors(request) and places:  # there, only the first mistake is told
        message = places[0].message.removeprefix("Value error, ")
        detail = f"{places[0].pointer.strip('/') or 'the request'}: {message}"
    return problem_response(request, 422, "request", detail, places)


async def _http_error(request: Request, error: HTTPException) -> Response:
    if error.detail == _NO_TEXT:  # is answered as one that is no JSON
        mistake = {"type": "json_invalid", "loc": ("body",), "msg": str(error.detail)}
        return await _validation_error(request, RequestValidationError([mistake]))
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    response = problem_response(request, error.status_code, "http", str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    return problem_response(request, 500, "failure", "something failed here; the server's log has more")
