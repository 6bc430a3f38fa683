"""/deforum_api/batches: submits films, and looks at or cancels those that were submitted together."""

from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.context import Context
from animator.server.deforum.answers import Accepted, BatchCancelled, IdMessage, Message, Unknown, answer
from animator.server.deforum.cancel import cancel
from animator.server.deforum.deforum_jobs import MAX_BATCH, Jobs
from animator.server.deforum.job_view import DeforumJob, deforum_jobs
from animator.server.deforum.submission import Submission

router = APIRouter(prefix="/deforum_api/batches", tags=["deforum"], responses=COMPAT_RESPONSES)


@router.post(
    "",
    operation_id="deforum_submit_batch",
    status_code=202,
    response_model=Accepted,
    responses={400: {"model": Message | Detail}, 429: {"model": Detail}},
    summary="Submit films",
)
def submit_batch(submission: Submission, jobs: Jobs) -> Accepted | JSONResponse:
    """Puts films in the queue, as a job each.

    The settings are read when a job begins; a mistake in them is the job's `message`, as a TERMINAL error.
    """
    count = len(submission.films)
    if count == 0:
        return answer(
            400, Message(message="deforum_settings: is missing or empty; expected a film's settings")
        )
    if count > MAX_BATCH:
        message = (
            f"deforum_settings: has {count} films; expected at most {MAX_BATCH}, so send several batches"
        )
        return answer(400, Message(message=message))
    batch, accepted = jobs.submit(submission.films, submission.options_overrides)
    return Accepted(batch_id=batch, job_ids=[job.request.client["id"] for job in accepted])


@router.get("", operation_id="deforum_list_batches", summary="List batches")
def list_batches(jobs: Jobs) -> dict[str, list[str]]:
    """Returns batch id -> job ids, of the newest 1000 jobs."""
    batches: dict[str, list[str]] = {}
    for job in jobs.newest():
        batches.setdefault(job.request.client["batch"], []).append(job.request.client["id"])
    return batches


@router.get(
    "/{batch_id}",
    operation_id="deforum_get_batch",
    response_model=list[DeforumJob],
    responses={404: {"model": Unknown}},
    summary="Look at a batch",
)
def get_batch(batch_id: str, jobs: Jobs, context: Context) -> list[DeforumJob] | JSONResponse:
    """Returns the jobs of a batch."""
    found = jobs.batch(batch_id)
    if not found:
        return answer(404, Unknown(id=batch_id))
    return deforum_jobs(found, context.events)


@router.delete(
    "/{batch_id}",
    operation_id="deforum_cancel_batch",
    response_model=BatchCancelled,
    responses={404: {"model": IdMessage}},
    summary="Cancel a batch",
)
async def cancel_batch(batch_id: str, jobs: Jobs) -> BatchCancelled | JSONResponse:
    """Cancels the jobs of a batch that have not ended."""
    found = await run_sync(jobs.batch, batch_id)
    if not found:
        return answer(404, IdMessage(id=batch_id, message="There is no such batch."))
    cancelled = await cancel(jobs.queue, found)
    message = f"{len(cancelled)} job(s) cancelled."
    ids = [job.request.client["id"] for job in cancelled]
    return BatchCancelled(ids=ids, message=message, **{"message:": message})
