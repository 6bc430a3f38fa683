"""A training as our API shows it."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import Request
from pydantic import BaseModel, Field

from animator.jobs.job import Job, JobEvent, JobPhase
from animator.jobs.trainings.made import result_files, settings_of, sheets_of, use_of
from animator.server.context import ServerContext
from animator.server.v1.job_view import QueuedView, progress_view, queued_view

_ACTIONS = ("cancel", "pause", "resume")
_PARTS = ("curve", "settings")


class TrainingProgressView(BaseModel):
    """How far a training is."""

    phase: JobPhase
    value: float = Field(ge=0, le=1, description="Part of the phase that is done.")
    done: int = Field(ge=0, description="Finished steps; before training, images that are made or encoded.")
    total: int = Field(ge=0, description="Their number in the end; 0 until the settings are read.")
    eta_s: float | None = Field(description="Seconds until the steps are done, where the pace is known.")
    loss: float | None = Field(description="Smoothed loss; null before the first step.")


class PreviewView(BaseModel):
    """A sheet of previews."""

    step: int = Field(description="Finished steps when it was made.")
    url: str


class ResultView(BaseModel):
    """What a training has made, and how prompts use it."""

    name: str = Field(description="Name of the file, or of the folder of a diffusers model.")
    tag: str = Field(description="What a prompt has in it, such as `<lora:robo:1>`; empty for a model.")
    words: str = Field(description="Words that it was trained with; may be empty.")
    model: str = Field(description="Name of the model to choose in settings; empty unless it is one.")
    prompt: str = Field(description="An example of a prompt.")
    size: int = Field(description="Bytes.")
    url: str = Field(description="The file; a diffusers folder comes as a ZIP archive.")


class TrainingView(QueuedView):
    """A training, and how far it is."""

    kind: str = Field(description="`lora`, `dreambooth`, `embedding` or `hypernetwork`.")
    name: str = Field(description="Name of the result.")
    model: str = Field(description="The model that is taught.")
    progress: TrainingProgressView
    previews: list[PreviewView] = Field(description="Sheets of the same prompts and seeds, in their order.")
    result: ResultView | None = Field(description="Null before the end.")
    urls: dict[str, str] = Field(description="What belongs to the training, and what can be asked of it.")


class TrainingPage(BaseModel):
    """Some trainings, the newest first."""

    trainings: list[TrainingView]
    next: str | None = Field(description="URL of the trainings submitted before these; null at the end.")


def training_view(job: Job, context: ServerContext, request: Request) -> TrainingView:
    """Returns a training as it is sent."""
    return training_views([job], context, request)[0]


def training_views(jobs: Sequence[Job], context: ServerContext, request: Request) -> list[TrainingView]:
    """Returns trainings as they are sent; what happened to them is read with one query."""
    events = context.events.of_jobs([job.id for job in jobs], ("warning",))
    return [_view(job, events[job.id], context, request) for job in jobs]


def _view(job: Job, warnings: Sequence[JobEvent], context: ServerContext, request: Request) -> TrainingView:
    settings, base = settings_of(job), str(request.url_for("get_training", job_id=job.id))
    jobs = str(request.url_for("get_job", job_id=job.id))
    return TrainingView(
        **vars(queued_view(job, warnings, context)),
        kind=str(settings.get("kind", "lora")),
        name=job.title or str(settings.get("name", "")),
        model=str(settings.get("model", "starter")),
        progress=_progress(job),
        previews=[PreviewView(step=step, url=f"{base}/previews/{step}.png") for step in sheets_of(job)],
        result=_result(job, base),
        urls={
            "self": base,
            **{name: f"{base}/{name}" for name in (*_ACTIONS, *_PARTS)},
            **{name: f"{jobs}/{name}" for name in ("events", "log")},
        },
    )


def _progress(job: Job) -> TrainingProgressView:
    view = progress_view(job)
    return TrainingProgressView(
        phase=view.phase,
        value=view.value,
        done=view.done,
        total=view.frames,
        eta_s=view.eta_s,
        loss=view.loss,
    )


def _result(job: Job, base: str) -> ResultView | None:
    found = result_files(job)
    if found is None:
        return None
    path, files = found
    use = use_of(settings_of(job))
    return ResultView(
        name=path.name,
        tag=use.tag,
        words=use.words,
        model=use.model,
        prompt=use.prompt,
        size=sum(_bytes_of(file) for _, file in files),
        url=f"{base}/result",
    )


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # deleted at this moment
        return 0
