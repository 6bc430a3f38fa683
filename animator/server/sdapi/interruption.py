"""/sdapi/v1/interrupt and skip: end the images that are generated now, and answer with what there is."""

from fastapi import APIRouter
from pydantic import BaseModel

from animator.jobs.images.messages import End
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class Empty(BaseModel):
    """Nothing to say."""


@router.post("/interrupt", operation_id="sdapi_interrupt", summary="End the current request")
def interrupt(context: Context) -> Empty:
    """Ends the requests that workers have: the images so far are their answers. Films go on."""
    context.images.end_current(End.INTERRUPT)
    return Empty()


@router.post("/skip", operation_id="sdapi_skip", summary="End the current batch")
def skip(context: Context) -> None:
    """Takes the current batch of images as it is, and goes on with the next batch."""
    context.images.end_current(End.SKIP)
