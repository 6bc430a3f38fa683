"""The video files of a job."""

from typing import Any

from fastapi import APIRouter, Request, Response

from animator.errors import JobStateError
from animator.jobs.job import Job
from animator.server.context import FoundFilm
from animator.server.errors import NotFoundError
from animator.server.files.file_answer import CONTENT_TYPES, answer_file
from animator.server.files.run_file import open_run_file
from animator.server.problems import Responses, problem_responses
from animator.server.v1.outputs import OutputKind, made_files

_VIDEO: dict[str, Any] = {
    kind: {} for name, kind in CONTENT_TYPES.items() if kind.startswith(("video/", "image/"))
}
_RESPONSES: Responses = {
    200: {"description": "The file.", "content": _VIDEO},
    206: {"description": "The bytes that `Range` asks for.", "content": _VIDEO},
    304: {"description": "The client has it already."},
    **problem_responses(404, 409, 416, 422),
}
router = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["results"])


@router.head("/film", include_in_schema=False)
@router.get(
    "/film", operation_id="get_film", responses=_RESPONSES, summary="The film", response_class=Response
)
def get_film(job: FoundFilm, request: Request) -> Response:
    """Sends the finished film: whole, or the bytes of a `Range`.

    While it is rendered there is none (409): `stream.mjpg` shows it then, and `frames` has its images.
    """
    film = next((name for kind, name, _ in made_files(job) if kind is OutputKind.FILM), None)
    if film is None or job.folder is None:
        raise _no_film(job)
    return answer_file(request, open_run_file(job.folder, film), film)


@router.head("/films/{name}", include_in_schema=False)
@router.get(
    "/films/{name}",
    operation_id="get_film_file",
    responses=_RESPONSES,
    summary="An extra video, or subtitles",
    response_class=Response,
)
def get_film_file(name: str, job: FoundFilm, request: Request) -> Response:
    """Sends a file of the job's `outputs`: an upscaled or interpolated video, a GIF, or subtitles."""
    made = [file for _, file, _ in made_files(job)]
    if name not in made or job.folder is None:
        listed = ", ".join(made) or "none yet"
        raise NotFoundError(f"film {name:.100}: is not among the job's files: {listed}")
    return answer_file(request, open_run_file(job.folder, name), name)


def _no_film(job: Job) -> Exception:
    """Returns the error for a job without a film."""
    if job.films and job.films[0].is_dir():
        return NotFoundError("the film is a sequence of images; get them as frames/0.png and so on")
    if job.state.has_ended:
        return JobStateError(
            f"job {job.id}: is {job.state.value} and has no film; resume it, or get its frames"
        )
    return JobStateError(
        f"job {job.id}: is {job.state.value}, and its film is not finished: {job.progress.done} of "
        f"{job.progress.frames or 'all'} frames are; wait for the job's end, or look at stream.mjpg"
    )
