"""/sdapi/v1/progress: how far the images are that are generated now; without any, how far the film is."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from animator.core.printable import printable
from animator.errors import UserError
from animator.jobs.images.desk import ImageTask
from animator.jobs.images.messages import End
from animator.jobs.job import Job, JobState
from animator.jobs.store import JobFilter
from animator.runs.run_folder import FRAMES, frame_name
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context
from animator.server.files.frame_image import jpeg_of
from animator.server.files.run_file import open_run_file
from animator.server.sdapi.answers import as_base64, timestamp

MAX_WIDTH, QUALITY = 1024, 85
"""Of the newest frame, which clients show small and ask for often: width in pixels, quality of the JPEG."""
router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class ProgressState(BaseModel):
    """What is done now; all zero while nothing is."""

    skipped: Annotated[bool, Field(description="The images of this batch are taken as they are.")] = False
    interrupted: Annotated[bool, Field(description="The images, or the film, are being ended.")] = False
    stopping_generation: bool = False
    job: str = Field("", description="What is done, in words.")
    job_count: int = Field(
        0, description="Images of this request and of those that wait, or frames of the film."
    )
    job_timestamp: str = Field("0", description="When it was submitted, as YYYYmmddHHMMSS.")
    job_no: int = Field(0, description="Finished images or frames.")
    sampling_step: int = Field(0, description="Finished steps of the image; always 0 for a film.")
    sampling_steps: int = 0


class SdProgress(BaseModel):
    """How far the images are that are generated now, or the film that renders."""

    progress: float = Field(0.0, ge=0, le=1)
    eta_relative: float = Field(0.0, description="Seconds until all is done, where the pace is known.")
    state: ProgressState = ProgressState()
    current_image: str | None = Field(
        None, description="The image so far, or the newest frame, as JPEG in base64."
    )
    textinfo: str | None = None


@router.get("/progress", operation_id="sdapi_get_progress", summary="How far the current images are")
def get_progress(
    context: Context,
    skip_current_image: Annotated[bool, Query(description="Leaves the image out.")] = False,  # noqa: FBT002
) -> SdProgress:
    """Returns the progress of the oldest request for images; without any, of the newest film that renders."""
    if tasks := context.images.open_tasks():
        return _progress_of_images(tasks, with_image=not skip_current_image)
    running = context.queue.find(
        JobFilter(states=(JobState.RUNNING, JobState.CANCELING), limit=1, trains=False)
    )
    return _progress_of_film(running[0], with_image=not skip_current_image) if running else SdProgress()


def _progress_of_images(tasks: list[ImageTask], *, with_image: bool) -> SdProgress:
    task = tasks[0]
    progress = task.progress
    what = f"image {progress.image + 1}/{progress.images}" if task.has_begun else "waiting for a worker"
    return SdProgress(
        progress=progress.share,
        eta_relative=progress.eta_s,
        state=ProgressState(
            skipped=task.end is End.SKIP,
            interrupted=task.end is End.INTERRUPT,
            job=what,
            job_count=sum(task.progress.images for task in tasks),
            job_timestamp=timestamp(task.created),
            job_no=len(task.images),
            sampling_step=progress.step,
            sampling_steps=progress.steps,
        ),
        current_image=as_base64(progress.preview) if with_image and progress.preview else None,
    )


def _progress_of_film(job: Job, *, with_image: bool) -> SdProgress:
    progress = job.progress
    return SdProgress(
        progress=progress.share,
        eta_relative=max(0.0, progress.eta_s or 0.0),
        state=ProgressState(
            interrupted=job.state is JobState.CANCELING,
            job=f"{progress.phase.value} {progress.done}/{progress.frames}",
            job_count=max(1, progress.frames),
            job_timestamp=timestamp(job.created),
            job_no=progress.done,
        ),
        current_image=_newest_frame(job) if with_image else None,
        textinfo=printable(job.title) or None,
    )


def _newest_frame(job: Job) -> str | None:
    """Returns the newest frame of a job as JPEG in base64; None while there is none."""
    done = 0 if job.progress.extra else job.progress.done
    if job.folder is None or done == 0:
        return None
    name = f"{FRAMES}/{frame_name(done - 1)}"
    try:
        with open_run_file(job.folder, name) as file:
            return as_base64(jpeg_of(file, name, QUALITY, MAX_WIDTH))
    except UserError:  # somebody has moved the frames; the film itself will tell of it
        return None
