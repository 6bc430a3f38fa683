"""/sdapi/v1/progress: how far the film is that renders now, and its newest frame."""

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from animator.core.printable import printable
from animator.errors import UserError
from animator.jobs.job import Job, JobState
from animator.jobs.store import JobFilter
from animator.runs.run_folder import FRAMES
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context
from animator.server.files.frame_image import jpeg_of
from animator.server.files.run_file import open_run_file

MAX_WIDTH, QUALITY = 1024, 85
"""Of the newest frame, which clients show small and ask for often: width in pixels, quality of the JPEG."""
router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class ProgressState(BaseModel):
    """What is done now; all zero while no film renders."""

    skipped: bool = False
    interrupted: Annotated[bool, Field(description="The film is being cancelled.")] = False
    stopping_generation: bool = False
    job: str = Field("", description="What is done, in words.")
    job_count: int = Field(0, description="Frames of the film; 0 while none renders.")
    job_timestamp: str = Field("0", description="When it was submitted, as YYYYmmddHHMMSS.")
    job_no: int = Field(0, description="Finished frames.")
    sampling_step: int = Field(0, description="Always 0: steps within a frame are not counted.")
    sampling_steps: int = 0


class SdProgress(BaseModel):
    """How far the film is that renders now."""

    progress: float = Field(0.0, ge=0, le=1)
    eta_relative: float = Field(
        0.0, description="Seconds until its frames are done, where the pace is known."
    )
    state: ProgressState = ProgressState()
    current_image: str | None = Field(None, description="Its newest frame, as JPEG in base64.")
    textinfo: str | None = None


@router.get("/progress", operation_id="sdapi_get_progress", summary="How far the current film is")
def get_progress(
    context: Context,
    skip_current_image: Annotated[bool, Query(description="Leaves the newest frame out.")] = False,  # noqa: FBT002
) -> SdProgress:
    """Returns the progress of the film that renders now; of several, of the newest."""
    running = context.queue.find(JobFilter(states=(JobState.RUNNING, JobState.CANCELING), limit=1))
    if not running:
        return SdProgress()
    job = running[0]
    progress = job.progress
    return SdProgress(
        progress=progress.share,
        eta_relative=max(0.0, progress.eta_s or 0.0),
        state=ProgressState(
            interrupted=job.state is JobState.CANCELING,
            job=f"{progress.phase.value} {progress.done}/{progress.frames}",
            job_count=max(1, progress.frames),
            job_timestamp=f"{datetime.fromtimestamp(job.created):%Y%m%d%H%M%S}",
            job_no=progress.done,
        ),
        current_image=None if skip_current_image else _newest_frame(job),
        textinfo=printable(job.title) or None,
    )


def _newest_frame(job: Job) -> str | None:
    """Returns the newest frame of a job as JPEG in base64; None while there is none."""
    done = 0 if job.progress.extra else job.progress.done
    if job.folder is None or done == 0:
        return None
    name = f"{FRAMES}/{done - 1:09d}.png"
    try:
        with open_run_file(job.folder, name) as file:
            image = jpeg_of(file, name, QUALITY, MAX_WIDTH)
    except UserError:  # somebody has moved the frames; the film itself will tell of it
        return None
    return base64.b64encode(image).decode("ascii")
