"""Submits films: once for each Idempotency-Key, with a webhook, waiting for the end where that is wanted."""

import hashlib
import json
import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.job import Job
from animator.jobs.queue import AT_REST
from animator.jobs.request import MAX_LABELS, MAX_PRIORITY, MIN_PRIORITY, JobRequest
from animator.jobs.settings import film_of
from animator.server.context import Context, ServerContext
from animator.server.problems import problem_responses
from animator.server.v1.film_body import SMALL_FILM, FilmBody
from animator.server.v1.job_view import JobView, job_view
from animator.server.wait import is_unwanted_by, wait_for_end
from animator.server.webhooks.hook import (
    CLIENT_KEY,
    DEFAULT_EVENTS,
    MAX_URL,
    Hook,
    HookEvent,
    check_target,
    hook_of,
    is_address,
    key_of,
    new_secret,
)

MAX_WAIT_S = 50
"""Less than the minute after which clients and proxies give up."""
_WAIT = re.compile(r"\bwait=(\d{1,9})\b", re.ASCII)
router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


class WebhookBody(BaseModel):
    """Where the events of a job are sent, and which."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=MAX_URL, description="The target, on a host that the server permits.")
    events: list[HookEvent] = Field(list(DEFAULT_EVENTS), min_length=1, max_length=20)
    secret: str | None = Field(
        None,
        max_length=200,
        description="`whsec_` and 24 to 64 bytes in base64; the server makes one without it.",
    )

    def hook(self, context: ServerContext, request: Request) -> Hook:
        """Returns the hook.

        Raises:
            RequestError: The target is not permitted, or the secret is none.
        """
        check_target(self.url, context.options.webhook_permissions)
        secret = new_secret() if self.secret is None else self.secret
        key_of(secret)
        return Hook(self.url, tuple(self.events), secret, str(request.url_for("list_jobs")))


class JobSubmission(FilmBody):
    """What to render. Give one of `preset` and `settings`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [SMALL_FILM, {"preset": "quickstart", "labels": {"shot": "12"}}]}
    )

    priority: int = Field(0, ge=MIN_PRIORITY, le=MAX_PRIORITY, description="Higher ones begin first.")
    labels: dict[str, str] = Field(
        default_factory=dict, max_length=MAX_LABELS, description="Names and values to find the job by."
    )
    webhook: WebhookBody | Annotated[str, Field(max_length=MAX_URL)] | None = Field(
        None, description="A URL, or an object, to be told of the job's events."
    )

    @property
    def target(self) -> WebhookBody | None:
        """The webhook as an object."""
        return WebhookBody(url=self.webhook) if isinstance(self.webhook, str) else self.webhook

    @property
    def unsendable(self) -> str:
        """Why nothing will be sent, where the film is taken nevertheless; empty otherwise.

        A text without an address is one that a client has left open: nobody asks for a forbidden host by it.
        """
        if self.target is None or is_address(self.target.url):
            return ""
        return f"webhook {self.target.url:.100}: is no URL such as https://example.com/hook; nothing is sent"

    def job_request(self, context: ServerContext, request: Request) -> JobRequest:
        """Returns the request for the queue; raises a UserError where it is none."""
        webhook = None if self.unsendable else self.target
        client = {CLIENT_KEY: webhook.hook(context, request).plain()} if webhook else {}
        return replace(self.film_request(), priority=self.priority, labels=self.labels, client=client)


class WebhookSecret(BaseModel):
    """The webhook of a job that was just submitted."""

    url: str
    events: list[HookEvent]
    secret: str = Field(description="Signs every message; it is shown here alone.")


class SubmittedJob(JobView):
    """A job that was just submitted."""

    webhook: WebhookSecret | None


@router.post(
    "",
    operation_id="submit_job",
    status_code=201,
    responses=problem_responses(409, 429),
    summary="Submit a film",
)
async def submit_job(  # noqa: PLR0913 (one parameter for each part of the request)
    submission: JobSubmission,
    context: Context,
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str, Header(max_length=200, description="Names the submission, for a day: repeat it with the same.")
    ] = "",
    prefer: Annotated[str, Header(max_length=500, description="`wait=20` waits as `wait` does.")] = "",
    wait: Annotated[
        int | None,
        Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait for the job's end before the answer."),
    ] = None,
) -> SubmittedJob:
    """Checks a film, with every mistake at once, and puts it in the queue.

    Repeated with the same Idempotency-Key and body, the request returns the job of the first time.
    """
    preferred = _WAIT.search(prefer) if wait is None else None
    seconds = min(int(preferred[1]), MAX_WAIT_S) if preferred else wait or 0
    job = await run_in_threadpool(_submit, submission, context, request, idempotency_key)
    if seconds:
        is_unwanted = is_unwanted_by(request, context)
        job = await wait_for_end(context.queue, job.id, seconds, is_unwanted, AT_REST)
    if preferred:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    view = await run_in_threadpool(_view, job, context, request)
    response.headers["Location"] = view.urls["self"]
    return view


def _submit(submission: JobSubmission, context: ServerContext, request: Request, key: str) -> Job:
    digest = hashlib.sha256(json.dumps(submission.model_dump(), sort_keys=True).encode()).hexdigest()
    known = context.queue.store.submitted(key, digest) if key else None
    if known is not None:
        return known
    wanted = submission.job_request(context, request)
    film_of(wanted)
    job = context.queue.submit(wanted, key=key, digest=digest)
    if submission.unsendable:
        context.queue.store.add_event(job.id, "warning", {"message": submission.unsendable})
    return job


def _view(job: Job, context: ServerContext, request: Request) -> SubmittedJob:
    hook = hook_of(job)
    webhook = WebhookSecret(url=hook.url, events=list(hook.events), secret=hook.secret) if hook else None
    return SubmittedJob(**job_view(job, context, request).model_dump(), webhook=webhook)
