"""/deforum_api/jobs: looks at jobs, and cancels them."""

from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse

from animator.errors import JobNotFoundError
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context
from animator.server.deforum.answers import IdMessage, Unknown, answer
from animator.server.deforum.cancel import cancel
from animator.server.deforum.deforum_jobs import Jobs
from animator.server.deforum.job_view import DeforumJob, deforum_job, deforum_jobs

router = APIRouter(prefix="/deforum_api/jobs", tags=["deforum"], responses=COMPAT_RESPONSES)


@router.get("", operation_id="deforum_list_jobs", summary="List jobs")
def list_jobs(jobs: Jobs, context: Context) -> dict[str, DeforumJob]:
    """Returns job id -> job, of the newest 1000 jobs that came by this API."""
    return {job.id: job for job in deforum_jobs(jobs.newest(), context.events)}


@router.get(
    "/{job_id}",
    operation_id="deforum_get_job",
    response_model=DeforumJob,
    responses={404: {"model": Unknown}},
    summary="Look at a job",
)
def get_job(job_id: str, jobs: Jobs, context: Context) -> DeforumJob | JSONResponse:
    """Returns a job as it is now."""
    try:
        return deforum_job(jobs.get(job_id), context.events)
    except JobNotFoundError:
        return answer(404, Unknown(id=job_id))


@router.delete(
    "/{job_id}",
    operation_id="deforum_cancel_job",
    response_model=IdMessage,
    responses={400: {"model": IdMessage}, 404: {"model": IdMessage}},
    summary="Cancel a job",
)
async def cancel_job(job_id: str, jobs: Jobs) -> IdMessage | JSONResponse:
    """Cancels a job: one that waits never begins, a running one stops. Its files stay."""
    try:
        job = await run_sync(jobs.get, job_id)
    except JobNotFoundError:
        return answer(404, IdMessage(id=job_id, message="There is no such job."))
    if not await cancel(jobs.queue, [job]):
        return answer(400, IdMessage(id=job_id, message="Has ended already; there is nothing to cancel."))
    return IdMessage(id=job_id, message="Job cancelled.")


@router.get(
    "/{job_id}/film",
    operation_id="deforum_get_film",
    status_code=307,
    response_model=None,
    response_class=RedirectResponse,
    responses={404: {"model": Unknown}},
    summary="Download the film of a job",
)
def get_film(job_id: str, jobs: Jobs) -> RedirectResponse | JSONResponse:
    """Leads to the film in our own API, for clients that do not share a disk with the server."""
    try:
        return RedirectResponse(f"/api/v1/jobs/{jobs.get(job_id).id}/film")
    except JobNotFoundError:
        return answer(404, Unknown(id=job_id))
