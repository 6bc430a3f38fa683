"""A job's film while it renders, as the moving picture that browsers and cameras know: Motion JPEG."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from animator.errors import JobNotFoundError, UserError
from animator.jobs.job import Job
from animator.server.context import Context, FoundFilm, ServerContext
from animator.server.problems import problem_responses
from animator.server.v1.frames import JpegKind, Quality, Width, frame_jpeg, frames_done

LOOK_S = 0.1
"""Time between two looks for a new frame."""
SILENT_S = 15.0
"""Time without a new frame after which something is sent nevertheless."""
_BOUNDARY = "frame"
_TYPE = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
_NOTHING = b"\r\n"
"""Means nothing before the first boundary, and is not sent later."""
router = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["results"])


@router.get(
    "/stream.mjpg",
    operation_id="stream_frames",
    responses={
        200: {"description": "Parts of type image/jpeg.", "content": {_TYPE: {}}},
        **problem_responses(404, 422),
    },
    summary="The film while it renders",
    response_class=StreamingResponse,
)
async def stream_frames(
    job: FoundFilm, context: Context, quality: Quality = 80, width: Width = None
) -> StreamingResponse:
    """Sends the newest frame, and then every new one, until the job ends: an `img` element shows it.

    At most ten frames a second; a slow client skips frames. While nothing is rendered, the newest frame comes
    again now and then, so that nobody takes the connection for a dead one.
    """
    return StreamingResponse(
        _parts(job, context, JpegKind(quality, width)),
        media_type=_TYPE,
        headers={"Cache-Control": "no-store"},
    )


async def _parts(job: Job, context: ServerContext, kind: JpegKind) -> AsyncIterator[bytes]:
    """Yields the parts. Each ends with the boundary after it, for browsers show an image only then."""
    yield _NOTHING
    shown, sent = -1, time.monotonic()
    async for _ in context.looks(LOOK_S):
        try:
            job = await asyncio.to_thread(context.queue.get, job.id)
        except JobNotFoundError:  # deleted meanwhile
            return
        frame = await asyncio.to_thread(frames_done, job) - 1
        is_silent = time.monotonic() - sent >= SILENT_S
        if frame >= 0 and (is_silent or frame != shown):
            with suppress(UserError):  # replaced or deleted at this moment; the next look finds what is there
                image = await asyncio.to_thread(frame_jpeg, context, job, frame, kind)
                yield _part(image, frame, is_first=shown < 0)
                shown, sent = frame, time.monotonic()
        elif is_silent and shown < 0:
            yield _NOTHING
            sent = time.monotonic()
        if job.state.has_ended:
            return


def _part(image: bytes, frame: int, *, is_first: bool) -> bytes:
    boundary = f"--{_BOUNDARY}\r\n".encode()
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(image)}\r\nX-Frame-Number: {frame}\r\n\r\n"
    return (boundary if is_first else b"") + head.encode() + image + b"\r\n" + boundary
