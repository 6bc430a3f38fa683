"""Trainings as jobs: check, submit, list, look at, cancel, pause, resume, forget."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from animator.errors import PresetError, Problem
from animator.jobs.job import JobState
from animator.jobs.request import MAX_LABELS, MAX_PRIORITY, MIN_PRIORITY, JobRequest
from animator.jobs.store import JobFilter
from animator.jobs.trainings.draft import check_request, draft_of_training
from animator.jobs.trainings.forget import forget_training
from animator.jobs.trainings.settings import training_schema
from animator.server.context import Context, FoundTraining, ServerContext
from animator.server.problems import ProblemPlace, place_of, problem_responses
from animator.server.v1.jobs import MAX_PAGE
from animator.server.v1.training_view import TrainingPage, TrainingView, training_view, training_views
from animator.settings.raw import RawPreset

_EXAMPLE: dict[str, Any] = {
    "folder": "datasets/robot",
    "settings": {"name": "robo", "concepts.0.prompt": "robo toy"},
}
router = APIRouter(prefix="/api/v1/trainings", tags=["trainings"])


class TrainingBody(BaseModel):
    """A training."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    folder: str = Field(
        "",
        max_length=1000,
        description="Folder of the images, such as a data set's `folder`; empty where `settings` have the "
        "`concepts`. Folders in it called `10_a red vase` are concepts.",
    )
    settings: dict[str, Any] = Field(
        description="As `animator train` has them: an object, or names such as `lora.rank`."
    )

    def draft(self, context: ServerContext) -> tuple[RawPreset, list[Problem]]:
        """Returns the settings before validation, and the problems that are known already."""
        return draft_of_training(self.settings, self.folder, context.options.trained_models)


class TrainingSubmission(TrainingBody):
    """What to train."""

    priority: int = Field(0, ge=MIN_PRIORITY, le=MAX_PRIORITY, description="Higher ones begin first.")
    labels: dict[str, str] = Field(
        default_factory=dict, max_length=MAX_LABELS, description="Names and values to find the job by."
    )

    def request(self, context: ServerContext) -> JobRequest:
        """Returns the request for the queue; raises a PresetError with every problem."""
        request, _ = check_request(*self.draft(context))
        return replace(request, priority=self.priority, labels=self.labels)


class TrainingPlan(BaseModel):
    """What a training takes."""

    images: int
    steps: int
    rate: str = Field(description="Learning rate.")
    settings: dict[str, Any] = Field(description="All settings, with what suits where they were left open.")


class TrainingCheck(BaseModel):
    """The result of a check."""

    ok: bool = Field(description="True if the training can begin.")
    errors: list[ProblemPlace] = Field(description="Every mistake, at once.")
    training: TrainingPlan | None = Field(description="What it takes; null where it has mistakes.")


@router.post(
    "",
    operation_id="submit_training",
    status_code=201,
    responses=problem_responses(429),
    summary="Submit a training",
)
def submit_training(
    submission: TrainingSubmission, context: Context, request: Request, response: Response
) -> TrainingView:
    """Checks a training, with every mistake at once, and puts it in the queue, in which films wait, too."""
    job = context.queue.submit(submission.request(context))
    view = training_view(job, context, request)
    response.headers["Location"] = view.urls["self"]
    return view


@router.post(
    "/check", operation_id="check_training", responses=problem_responses(), summary="Check a training"
)
def check_training(body: TrainingBody, context: Context) -> TrainingCheck:
    """Checks a training as its submission does; a training with mistakes is an answer, too."""
    try:
        _, checked = check_request(*body.draft(context))
    except PresetError as error:
        return TrainingCheck(ok=False, errors=list(map(place_of, error.problems)), training=None)
    settings = checked.settings
    plan = TrainingPlan(
        images=len(checked.examples),
        steps=settings.steps or 0,
        rate=settings.rate,
        settings=settings.model_dump(mode="json", exclude={"model_folders", "out", "concepts"}),
    )
    return TrainingCheck(ok=True, errors=[], training=plan)


@router.get(
    "/schema",
    operation_id="get_training_schema",
    response_class=Response,
    responses={
        200: {
            "description": "A JSON schema.",
            "content": {"application/schema+json": {"schema": {"type": "object"}}},
        },
        **problem_responses(),
    },
    summary="JSON schema of a training's settings",
)
def get_training_schema() -> Response:
    """Returns the JSON schema of the settings of trainings."""
    return JSONResponse(training_schema(), media_type="application/schema+json")


@router.get("", operation_id="list_trainings", responses=problem_responses(), summary="List trainings")
def list_trainings(
    context: Context,
    request: Request,
    status: Annotated[list[JobState] | None, Query(description="Only trainings in these states.")] = None,
    cursor: Annotated[int | None, Query(ge=0, lt=2**63, description="As in `next` of another page.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> TrainingPage:
    """Lists trainings, the newest first."""
    found = context.queue.find(JobFilter(tuple(status or ()), before=cursor, limit=limit + 1, trains=True))
    page = found[:limit]
    following = str(request.url.include_query_params(cursor=page[-1].number)) if len(found) > limit else None
    return TrainingPage(trainings=training_views(page, context, request), next=following)


@router.get(
    "/{job_id}", operation_id="get_training", responses=problem_responses(404), summary="Look at a training"
)
def get_training(job: FoundTraining, context: Context, request: Request) -> TrainingView:
    """Returns a training as it is now."""
    return training_view(job, context, request)


@router.delete(
    "/{job_id}",
    operation_id="delete_training",
    status_code=204,
    responses=problem_responses(404, 409),
    summary="Forget a training",
)
def delete_training(
    job: FoundTraining,
    context: Context,
    files: Annotated[bool, Query(description="Delete its run folder, too.")] = False,  # noqa: FBT002
) -> None:
    """Forgets a training that has ended or is paused. Its result stays, and so does its run folder."""
    if files:
        forget_training(context.queue, job)
    else:
        context.queue.delete(job.id)


@router.post(
    "/{job_id}/cancel",
    operation_id="cancel_training",
    responses=problem_responses(404, 409),
    summary="Cancel a training",
)
def cancel_training(job: FoundTraining, context: Context, request: Request) -> TrainingView:
    """Cancels a training: one that waits never begins, a running one stops after its step."""
    return training_view(context.queue.cancel(job.id), context, request)


@router.post(
    "/{job_id}/pause",
    operation_id="pause_training",
    responses=problem_responses(404, 409),
    summary="Pause a training",
)
def pause_training(job: FoundTraining, context: Context, request: Request) -> TrainingView:
    """Pauses a training: one that waits does not begin, a running one stops after its step."""
    return training_view(context.queue.pause(job.id), context, request)


@router.post(
    "/{job_id}/resume",
    operation_id="resume_training",
    responses=problem_responses(404, 409),
    summary="Go on with a training",
)
def resume_training(job: FoundTraining, context: Context, request: Request) -> TrainingView:
    """Puts a training that is paused, canceled or failed back in the queue, to go on where it stopped."""
    return training_view(context.queue.resume(job.id), context, request)
