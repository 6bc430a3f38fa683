"""What a training has made so far: its curve, sheets of previews, settings and result."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from animator.errors import JobStateError
from animator.jobs.trainings.made import curve_of, result_files, settings_of, sheet_name
from animator.server.context import FoundTraining
from animator.server.errors import NotFoundError
from animator.server.files.file_answer import answer_file
from animator.server.files.run_file import open_run_file
from animator.server.files.zip_stream import Packed, zip_stream
from animator.server.problems import Responses, problem_responses

MAX_STEP = 9_999_999
_PNG: Responses = {
    200: {"content": {"image/png": {}}},
    206: {"description": "The bytes that `Range` asks for.", "content": {"image/png": {}}},
    304: {"description": "The client has it already."},
}
_FILE: Responses = {
    200: {"description": "The file.", "content": {"application/octet-stream": {}, "application/zip": {}}},
    206: {"description": "The bytes that `Range` asks for.", "content": {"application/octet-stream": {}}},
    304: {"description": "The client has it already."},
}
router = APIRouter(prefix="/api/v1/trainings/{job_id}", tags=["trainings"])
Step = Annotated[int, Path(ge=0, le=MAX_STEP, description="Finished steps, as in `previews`.")]


class CurvePointView(BaseModel):
    """The loss of some steps."""

    step: int
    loss: float = Field(description="Mean loss of the ten steps that end here.")
    rate: float = Field(description="Learning rate.")


class CurveView(BaseModel):
    """The loss of a training by step."""

    points: list[CurvePointView]


@router.get(
    "/curve", operation_id="get_training_curve", responses=problem_responses(404), summary="Loss by step"
)
def get_training_curve(job: FoundTraining) -> CurveView:
    """Returns the loss of a training so far."""
    points = [CurvePointView(step=one.step, loss=one.loss, rate=one.rate) for one in curve_of(job)]
    return CurveView(points=points)


@router.get(
    "/settings",
    operation_id="get_training_settings",
    responses=problem_responses(404),
    summary="The settings of a training",
)
def get_training_settings(job: FoundTraining) -> dict[str, Any]:
    """Returns the settings as they were submitted, or, once it has begun, all with what suits it."""
    return {name: value for name, value in settings_of(job).items() if name not in ("model_folders", "out")}


@router.head("/previews/{step}.png", include_in_schema=False)
@router.get(
    "/previews/{step}.png",
    operation_id="get_training_preview",
    responses={**_PNG, **problem_responses(404, 416)},
    summary="A sheet of previews",
    response_class=Response,
)
def get_training_preview(step: Step, job: FoundTraining, request: Request) -> Response:
    """Sends the sheet that was made after some steps."""
    if job.folder is None:
        raise NotFoundError(f"training {job.id}: has no sheets yet")
    name = sheet_name(step)
    return answer_file(request, open_run_file(job.folder, name), f"{job.title}-{step}.png")


@router.head("/result", include_in_schema=False)
@router.get(
    "/result",
    operation_id="get_training_result",
    responses={**_FILE, **problem_responses(404, 409, 416)},
    summary="What was trained",
    response_class=Response,
)
def get_training_result(job: FoundTraining, request: Request) -> Response:
    """Sends the file that was made; a diffusers folder comes as a ZIP archive."""
    if not job.films:
        raise JobStateError(f"training {job.id}: is {job.state.value} and has no result; wait for its end")
    found = result_files(job)
    if found is None:
        raise NotFoundError(f"training {job.id}: its result was moved or deleted")
    path, files = found
    if path.is_dir():
        packed = [Packed(file, f"{path.name}/{name}") for name, file in files]
        headers = {"Content-Disposition": 'attachment; filename="model.zip"'}
        return StreamingResponse(zip_stream(packed), headers=headers, media_type="application/zip")
    return answer_file(request, open_run_file(path.parent, path.name), path.name)
