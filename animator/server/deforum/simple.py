"""/deforum: versions, and the simple API, which answers when the film is finished."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from animator import __version__
from animator.jobs.job import Job, JobState
from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.context import Context
from animator.server.deforum.deforum_jobs import Jobs
from animator.server.deforum.job_view import deforum_job
from animator.server.json_value import JsonObject
from animator.server.wait import is_unwanted_by, wait_for_end

API_VERSION = "1.0"
router = APIRouter(prefix="/deforum", tags=["deforum"], responses=COMPAT_RESPONSES)
_SETTINGS: TypeAdapter[dict[str, Any]] = TypeAdapter(JsonObject)


class Version(BaseModel):
    """A version."""

    version: str


class Ran(BaseModel):
    """That a film is finished."""

    outdir: str = Field(description="Folder of its files.")


@router.get("/api_version", operation_id="deforum_get_api_version", summary="Version of this API")
def get_api_version() -> Version:
    """Returns the version of the simple API."""
    return Version(version=API_VERSION)


@router.get("/version", operation_id="deforum_get_version", summary="Version of the program")
def get_version() -> Version:
    """Returns the version of animator, where Deforum has the commit of its own."""
    return Version(version=__version__)


@router.post(
    "/run",
    operation_id="deforum_run",
    responses={
        400: {"model": Detail},
        429: {"model": Detail},
        503: {"model": Detail},
        500: {"model": Detail},
    },
    summary="Render a film and wait for it",
)
async def run(
    request: Request,
    jobs: Jobs,
    context: Context,
    settings_json: Annotated[str, Query(description="Deforum settings, as JSON text.")],
    allowed_params: Annotated[
        str, Query(description="Names joined by semicolons: which settings count; the rest keep defaults.")
    ] = "",
) -> Ran:
    """Renders a film as a job of its own, and answers when it has ended; no other request waits for it."""
    settings = _settings(settings_json, allowed_params)
    _, (job,) = await run_sync(jobs.submit, [settings], None)
    ended = await wait_for_end(jobs.queue, job.id, is_unwanted=is_unwanted_by(request, context))
    if not ended.state.has_ended:
        raise HTTPException(503, "the server ends; the film goes on when it starts again, as a job")
    if ended.state is not JobState.SUCCEEDED:
        raise HTTPException(500, await run_sync(_reason, ended, context))
    return Ran(outdir=str(ended.request.outdir))


def _settings(text: str, allowed: str) -> Mapping[str, Any]:
    """Returns the settings that count."""
    try:
        settings = _SETTINGS.validate_python(json.loads(text))
    except ValidationError as error:
        message = "; ".join(item["msg"] for item in error.errors())
        raise HTTPException(400, f"settings_json: {message}; expected an object of settings") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"settings_json: is not JSON: {error}") from error
    names = {name.strip() for name in allowed.split(";")}
    return {name: value for name, value in settings.items() if name in names}


def _reason(job: Job, context: Context) -> str:
    return deforum_job(job, context.events).message or f"the job is {job.state.value}"
