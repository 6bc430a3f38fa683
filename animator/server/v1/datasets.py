"""Data sets: folders of images with captions, for trainings."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from animator.server.context import Context
from animator.server.datasets import DataFile, DataSet
from animator.server.problems import problem_responses

router = APIRouter(prefix="/api/v1/datasets", tags=["trainings"])
SetName = Annotated[str, Path(max_length=200, description="Name of the data set.")]
FileName = Annotated[
    str, Path(max_length=200, description="Name of the file, such as `cat.png` or `cat.txt`.")
]


class DataSetView(BaseModel):
    """A data set."""

    name: str
    folder: str = Field(description="The name by which the `folder` of a training finds it.")
    images: int
    captions: int = Field(description="Images with a text file.")
    url: str


class DataSetList(BaseModel):
    """The data sets of a server."""

    datasets: list[DataSetView]


class DataFileView(BaseModel):
    """An image of a data set."""

    name: str
    size: int = Field(description="Bytes.")
    caption: str | None = Field(description="The text of its text file; null without one.")
    url: str


class DataSetContent(DataSetView):
    """A data set, and its images."""

    files: list[DataFileView]


@router.get("", operation_id="list_datasets", responses=problem_responses(), summary="List data sets")
def list_datasets(context: Context, request: Request) -> DataSetList:
    """Lists the data sets by their names."""
    sets = (context.datasets.look(name) for name in context.datasets.names())
    return DataSetList(datasets=[_view(one, request) for one in sets])


@router.get(
    "/{name}", operation_id="get_dataset", responses=problem_responses(404), summary="Look at a data set"
)
def get_dataset(name: SetName, context: Context, request: Request) -> DataSetContent:
    """Returns a data set with its images and their captions."""
    view = _view(context.datasets.look(name), request)
    files = [file_view(name, one, request) for one in context.datasets.images(name)]
    return DataSetContent(**view.model_dump(), files=files)


@router.delete(
    "/{name}",
    operation_id="delete_dataset",
    status_code=204,
    responses=problem_responses(404),
    summary="Delete a data set",
)
def delete_dataset(name: SetName, context: Context) -> None:
    """Deletes a data set with all its files. A training that has not begun will fail."""
    context.datasets.delete(name)


def folder_of(name: str) -> str:
    """Returns the name by which settings find a data set."""
    return f"datasets/{name}"


def file_view(name: str, file: DataFile, request: Request) -> DataFileView:
    """Returns a file of a data set as it is sent."""
    url = f"{_url(name, request)}/files/{quote(file.name, safe='')}"
    return DataFileView(name=file.name, size=file.size, caption=file.caption, url=url)


def _view(data: DataSet, request: Request) -> DataSetView:
    return DataSetView(
        name=data.name,
        folder=folder_of(data.name),
        images=data.images,
        captions=data.captions,
        url=_url(data.name, request),
    )


def _url(name: str, request: Request) -> str:
    return f"{request.url_for('list_datasets')}/{quote(name, safe='')}"
