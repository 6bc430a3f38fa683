"""/internal/progress: what A1111's own page asks for; its requests name themselves by `force_task_id`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context
from animator.server.sdapi.answers import as_base64

router = APIRouter(prefix="/internal", tags=["sdapi"], responses=COMPAT_RESPONSES)


class ProgressBody(BaseModel):
    """Which request is meant."""

    id_task: Annotated[str | None, Field(max_length=1000, description="Its `force_task_id`.")] = None
    id_live_preview: Annotated[int, Field(description="Number of the preview that is known already.")] = -1
    live_preview: bool = True


class InternalProgress(BaseModel):
    """How far a request is."""

    active: bool = Field(description="A worker has it.")
    queued: bool = Field(description="It waits.")
    completed: bool = Field(description="It is not known any more.")
    progress: float | None = None
    eta: float | None = None
    live_preview: str | None = Field(None, description="The image so far, as `data:` URL.")
    id_live_preview: int = -1
    textinfo: str | None = None


@router.post("/progress", operation_id="internal_get_progress", summary="How far a request is")
def get_progress(body: ProgressBody, context: Context) -> InternalProgress:
    """Returns the progress of the request of a name."""
    task = next((task for task in context.images.open_tasks() if task.name == body.id_task), None)
    if task is None:
        return InternalProgress(active=False, queued=False, completed=True, textinfo="Waiting...")
    if not task.has_begun:
        return InternalProgress(active=False, queued=True, completed=False, textinfo="In queue...")
    progress = task.progress
    number = progress.image * 10_000 + progress.step
    is_new = body.live_preview and progress.preview and number != body.id_live_preview
    return InternalProgress(
        active=True,
        queued=False,
        completed=False,
        progress=progress.share,
        eta=progress.eta_s,
        live_preview=f"data:image/jpeg;base64,{as_base64(progress.preview)}" if is_new else None,
        id_live_preview=number if progress.preview else -1,
    )
