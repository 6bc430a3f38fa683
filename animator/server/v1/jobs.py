"""Jobs: list, look at, cancel, pause, resume, render again, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.job import JobState
from animator.jobs.store import JobFilter
from animator.jobs.trainings.forget import forget_training
from animator.runs.delete_run import check_deletable, delete_run
from animator.server.context import Context
from animator.server.problems import problem_responses
from animator.server.v1.job_view import JobPage, JobView, job_view, job_views

MAX_PAGE = 200
router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


class Redo(BaseModel):
    """From where, and with which changes, a job is rendered again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"frame": 12, "overrides": {"diffusion.strength": 0.5}}]},
    )

    frame: int = Field(ge=0, description="The first frame to render again.")
    overrides: dict[str, Any] = Field(default_factory=dict, description="Settings to change from there on.")


@router.get("", operation_id="list_jobs", responses=problem_responses(), summary="List jobs")
def list_jobs(
    context: Context,
    request: Request,
    status: Annotated[list[JobState] | None, Query(description="Only jobs in these states.")] = None,
    label: Annotated[
        list[str] | None, Query(description="Only jobs with these labels, as name=value.")
    ] = None,
    cursor: Annotated[int | None, Query(ge=0, lt=2**63, description="As in `next` of another page.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> JobPage:
    """Lists jobs, the newest first."""
    labels = {name: value for name, _, value in (text.partition("=") for text in label or ())}
    found = context.queue.find(JobFilter(tuple(status or ()), labels, cursor, limit + 1))
    page = found[:limit]
    following = str(request.url.include_query_params(cursor=page[-1].number)) if len(found) > limit else None
    return JobPage(jobs=job_views(page, context, request), next=following)


@router.get("/{job_id}", operation_id="get_job", responses=problem_responses(404), summary="Look at a job")
def get_job(job_id: str, context: Context, request: Request) -> JobView:
    """Returns a job as it is now."""
    return job_view(context.queue.get(job_id), context, request)


@router.delete(
    "/{job_id}",
    operation_id="delete_job",
    status_code=204,
    responses=problem_responses(404, 409, 422),
    summary="Forget a job",
)
def delete_job(
    job_id: str,
    context: Context,
    files: Annotated[bool, Query(description="Delete its run folder, too.")] = False,  # noqa: FBT002
) -> None:
    """Forgets a job that has ended or is paused. Its run folder stays, unless it is to be deleted, too."""
    if not files:
        context.queue.delete(job_id)
        return
    job = context.queue.get(job_id)
    if job.is_training:
        forget_training(context.queue, job)
        return
    folder = job.folder
    if folder is not None:
        check_deletable(folder, context.options.renders)
    context.queue.delete(job_id)
    if folder is not None:
        delete_run(folder, context.options.renders)


@router.post(
    "/{job_id}/cancel",
    operation_id="cancel_job",
    responses=problem_responses(404, 409),
    summary="Cancel a job",
)
def cancel_job(job_id: str, context: Context, request: Request) -> JobView:
    """Cancels a job: one that waits never begins, a running one stops. Its frames stay."""
    return job_view(context.queue.cancel(job_id), context, request)


@router.post(
    "/{job_id}/pause", operation_id="pause_job", responses=problem_responses(404, 409), summary="Pause a job"
)
def pause_job(job_id: str, context: Context, request: Request) -> JobView:
    """Pauses a job: one that waits does not begin, a running one stops."""
    return job_view(context.queue.pause(job_id), context, request)


@router.post(
    "/{job_id}/resume", operation_id="resume_job", responses=problem_responses(404, 409), summary="Go on"
)
def resume_job(job_id: str, context: Context, request: Request) -> JobView:
    """Puts a job that is paused, canceled or failed back in the queue, to go on where it stopped."""
    return job_view(context.queue.resume(job_id), context, request)


@router.post(
    "/{job_id}/redo",
    operation_id="redo_job",
    responses=problem_responses(404, 409),
    summary="Render again from a frame",
)
def redo_job(job_id: str, redo: Redo, context: Context, request: Request) -> JobView:
    """Puts a job back in the queue, to render its run again from a frame on."""
    return job_view(context.queue.redo(job_id, redo.frame, redo.overrides), context, request)
