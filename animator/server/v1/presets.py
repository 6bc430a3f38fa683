"""The example presets: what each shows, its text, its thumbnail."""

from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field

from animator.presets.examples import Example, examples
from animator.presets.load import load
from animator.presets.raw import read
from animator.server.errors import NotFoundError
from animator.server.problems import problem_responses
from animator.server.v1.film_body import Size

YAML = "application/yaml"
router = APIRouter(prefix="/api/v1/presets", tags=["catalog"])


class PresetView(BaseModel):
    """An example preset."""

    name: str = Field(description="By which `preset` of a job finds it.")
    title: str
    description: str
    frames: int
    size: Size
    fps: float
    url: str
    thumbnail_url: str | None = Field(description="A picture of its film; null where there is none.")


class PresetList(BaseModel):
    """The example presets."""

    presets: list[PresetView]


class PresetFormat(str, Enum):
    """Format of a preset."""

    yaml = "yaml"
    json = "json"


@router.get("", operation_id="list_presets", responses=problem_responses(), summary="List the examples")
def list_presets(request: Request) -> PresetList:
    """Lists the example presets: each can be submitted by its name."""
    return PresetList(presets=[_view(example, request) for example in examples()])


@router.get(
    "/{name}",
    operation_id="get_preset",
    response_class=Response,
    responses={
        200: {
            "description": "The preset.",
            "content": {
                YAML: {"schema": {"type": "object"}},
                "application/json": {"schema": {"type": "object"}},
            },
        },
        **problem_responses(404),
    },
    summary="Get an example",
)
def get_preset(
    name: str,
    format: Annotated[  # noqa: A002 (the name of the parameter)
        PresetFormat, Query(description="YAML as it is written, with comments, or an object.")
    ] = PresetFormat.yaml,
) -> Response:
    """Returns the text of an example, or its values as an object."""
    example = _find(name)
    if format is PresetFormat.yaml:
        return Response(example.path.read_bytes(), media_type=YAML)
    values: dict[str, Any] = dict(read(example.path).values)
    return JSONResponse(values)


@router.get(
    "/{name}/thumbnail",
    operation_id="get_preset_thumbnail",
    response_class=FileResponse,
    responses={
        200: {"description": "A JPEG image.", "content": {"image/jpeg": {}}},
        **problem_responses(404, 416),
    },
    summary="Get the thumbnail of an example",
)
def get_preset_thumbnail(name: str) -> FileResponse:
    """Returns a picture of an example's film."""
    example = _find(name)
    if example.thumbnail is None:
        raise NotFoundError(f"preset {name}: has no thumbnail")
    return FileResponse(example.thumbnail, media_type="image/jpeg")


def _find(name: str) -> Example:
    known = examples()
    example = next((example for example in known if example.name == name), None)
    if example is None:
        names = ", ".join(example.name for example in known)
        raise NotFoundError(f"preset {name:.80}: is not the name of an example; the examples are: {names}")
    return example


def _view(example: Example, request: Request) -> PresetView:
    film = load(example.path)
    url = str(request.url_for("get_preset", name=example.name))
    return PresetView(
        name=example.name,
        title=example.summary.partition(":")[0],
        description=example.summary,
        frames=film.frames,
        size=list(film.size),
        fps=film.fps,
        url=url,
        thumbnail_url=f"{url}/thumbnail" if example.thumbnail else None,
    )
