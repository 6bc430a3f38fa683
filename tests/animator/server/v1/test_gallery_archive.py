"""Several items of the gallery as one archive."""

import io
import zipfile

import pytest

from tests.animator.gallery.shelf import Shelf
from tests.animator.server.running import is_problem
from tests.animator.server.v1.api import Api

URL = "/api/v1/gallery/archive"


@pytest.fixture
def shelf(api: Api) -> Shelf:
    """The renders folder of the server, with two images."""
    shelf = Shelf(api.context.options.renders, api.context.gallery)
    shelf.add("images/lake.png", "a lake")
    shelf.add("images/호수.png", "another lake", gray=9)
    return shelf


def test_items_come_as_one_archive_with_their_paths(api: Api, shelf: Shelf) -> None:
    paths = ["images/lake.png", "images/호수.png"]
    answer = api.client.get(URL, params={"ids": ",".join(str(shelf.id(path)) for path in paths)})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="gallery.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        path: (shelf.renders / path).read_bytes() for path in paths
    }


@pytest.mark.parametrize(
    ("ids", "status"), [("1,999999", 404), ("", 422), ("1,,2", 422), ("a", 422), ("9" * 16, 422)]
)
def test_what_is_no_list_of_items_is_refused(api: Api, shelf: Shelf, ids: str, status: int) -> None:
    assert is_problem(api.client.get(URL, params={"ids": ids}), status)


def test_an_archive_has_a_thousand_items_at_most(api: Api) -> None:
    answer = api.client.get(URL, params={"ids": ",".join(map(str, range(1001)))})
    assert is_problem(answer, 422) and "1000 at most" in answer.json()["detail"]
