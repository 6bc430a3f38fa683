"""The frames of a job, also while it renders."""

from pathlib import Path as FolderPath
from typing import Annotated, BinaryIO, NamedTuple

from fastapi import APIRouter, Path, Query, Request, Response

from animator.jobs.job import Job
from animator.runs.run_folder import FRAMES, frame_name
from animator.runs.run_reader import finished_frames
from animator.server.context import Context, FoundFilm, ServerContext
from animator.server.errors import NotFoundError
from animator.server.files.file_answer import answer_file, file_tag, is_known, unchanged
from animator.server.files.frame_image import jpeg_of
from animator.server.files.run_file import open_run_file
from animator.server.problems import Responses, problem_responses

MAX_FRAME = 999_999_999
MAX_WIDTH = 16_384
_JPEG: Responses = {200: {"content": {"image/jpeg": {}}}, 304: {"description": "The client has it already."}}
_PNG: Responses = {
    200: {"content": {"image/png": {}}},
    206: {"description": "The bytes that `Range` asks for.", "content": {"image/png": {}}},
    304: {"description": "The client has it already."},
}
FrameNumber = Annotated[int, Path(ge=0, le=MAX_FRAME, description="Number of the frame, from 0.")]
Quality = Annotated[int, Query(ge=1, le=100, description="Quality of the JPEG.")]
Width = Annotated[
    int | None, Query(ge=1, le=MAX_WIDTH, description="Width to scale it down to, in pixels; never up.")
]


class JpegKind(NamedTuple):
    """Quality, 1 to 100, and width in pixels, None for the frame's own, of a JPEG image."""

    quality: int
    width: int | None = None


router = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["results"])


@router.head("/frames/{frame}.png", include_in_schema=False)
@router.get(
    "/frames/{frame}.png",
    operation_id="get_frame",
    responses={**_PNG, **problem_responses(404, 416, 422)},
    summary="A frame",
    response_class=Response,
)
def get_frame(frame: FrameNumber, job: FoundFilm, request: Request) -> Response:
    """Sends a frame as it was written: PNG, with the frame's settings in its metadata."""
    check_frame(job, frame)
    name = frame_name(frame)
    return answer_file(request, open_run_file(run_folder(job), f"{FRAMES}/{name}"), name)


@router.head("/frames/{frame}.jpg", include_in_schema=False)
@router.get(
    "/frames/{frame}.jpg",
    operation_id="get_frame_jpeg",
    responses={**_JPEG, **problem_responses(404, 422)},
    summary="A frame as JPEG",
    response_class=Response,
)
def get_frame_jpeg(
    frame: FrameNumber,
    job: FoundFilm,
    context: Context,
    request: Request,
    quality: Quality = 90,
    width: Width = None,
) -> Response:
    """Sends a frame as JPEG."""
    check_frame(job, frame)
    return _jpeg(job, frame, context, request, JpegKind(quality, width))


@router.head("/preview.jpg", include_in_schema=False)
@router.get(
    "/preview.jpg",
    operation_id="get_preview",
    responses={**_JPEG, **problem_responses(404, 422)},
    summary="The newest frame",
    response_class=Response,
)
def get_preview(
    job: FoundFilm, context: Context, request: Request, quality: Quality = 85, width: Width = None
) -> Response:
    """Sends the newest frame as JPEG."""
    done = frames_done(job)
    check_frame(job, done - 1)
    return _jpeg(job, done - 1, context, request, JpegKind(quality, width))


def frames_done(job: Job) -> int:
    """Returns how many frames of a job are finished; two small reads, however long the film is."""
    return finished_frames(job.folder) if job.folder is not None else 0


def check_frame(job: Job, frame: int) -> None:
    """Checks that a frame is finished.

    Raises:
        NotFoundError: It is not.
    """
    done = frames_done(job)
    if not 0 <= frame < done:
        film = f" of {job.progress.frames}" if job.progress.frames else ""
        raise NotFoundError(
            f"frame {max(0, frame)}: is not there; {done}{film} frames are finished, counted from 0, and the "
            f"job is {job.state.value}"
        )


def run_folder(job: Job) -> FolderPath:
    """Returns the run folder of a job.

    Raises:
        NotFoundError: It has none yet.
    """
    if job.folder is None:
        raise NotFoundError(f"job {job.id}: is {job.state.value} and has no run yet")
    return job.folder


def open_frame(job: Job, frame: int) -> BinaryIO:
    """Opens the PNG file of a finished frame; raises a NotFoundError where it is not there."""
    return open_run_file(run_folder(job), f"{FRAMES}/{frame_name(frame)}")


def frame_jpeg(context: ServerContext, job: Job, frame: int, kind: JpegKind) -> bytes:
    """Returns a finished frame as a JPEG image; errors as `open_frame` and `jpeg_of`."""
    with open_frame(job, frame) as file:
        key = f"{job.id} {frame} {file_tag(file, *kind)}"
        return context.jpegs.get(key, lambda: jpeg_of(file, frame_name(frame), *kind))


def _jpeg(job: Job, frame: int, context: ServerContext, request: Request, kind: JpegKind) -> Response:
    with open_frame(job, frame) as file:
        tag = file_tag(file, *kind)
    if is_known(request, tag):
        return unchanged(tag)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Frame-Number": str(frame)}
    return Response(frame_jpeg(context, job, frame, kind), media_type="image/jpeg", headers=headers)
