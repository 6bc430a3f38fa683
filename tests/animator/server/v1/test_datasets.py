"""Data sets over HTTP."""

from pathlib import Path

import pytest

from animator.server.datasets import MAX_NAME_BYTES, Datasets, problem_of, safe_name
from animator.server.uploads import Uploads
from tests.animator.server.running import is_problem
from tests.animator.server.v1.api import Api
from tests.animator.server.v1.conftest import Serve
from tests.animator.server.v1.trainings import put_images

URL = "/api/v1/datasets"


def test_a_data_set_is_made_with_its_first_file_and_lists_images_with_captions(
    api: Api, tmp_path: Path
) -> None:
    assert api.client.get(URL).json() == {"datasets": []}
    put_images(api, tmp_path, count=2)
    assert api.client.put(f"{URL}/robot/files/00.txt", content="a robot, ü".encode()).status_code == 204
    (one,) = api.client.get(URL).json()["datasets"]
    assert (one["name"], one["folder"], one["images"], one["captions"]) == ("robot", "datasets/robot", 2, 1)
    content = api.client.get(one["url"]).json()
    assert [(file["name"], file["caption"]) for file in content["files"]] == [
        ("00.png", "a robot, ü"),
        ("01.png", None),
    ]
    own = (tmp_path / "own" / "00.png").read_bytes()
    assert api.client.get(content["files"][0]["url"]).content == own
    small = api.client.get(content["files"][0]["url"], params={"width": 32})
    assert small.headers["content-type"] == "image/jpeg"


def test_a_file_of_the_same_name_is_replaced(api: Api) -> None:
    for text in (b"one", b"two"):
        api.client.put(f"{URL}/robot/files/a.txt", content=text)
    assert api.client.get(f"{URL}/robot/files/a.txt").content == b"two"


def test_an_image_goes_with_its_caption_and_a_set_with_its_files(api: Api, tmp_path: Path) -> None:
    put_images(api, tmp_path, count=2)
    api.client.put(f"{URL}/robot/files/00.txt", content=b"a robot")
    assert api.client.delete(f"{URL}/robot/files/00.png").status_code == 204
    folder = api.context.options.datasets / "robot"
    assert [path.name for path in folder.iterdir()] == ["01.png"]
    assert api.client.delete(f"{URL}/robot").status_code == 204
    assert not folder.exists()
    assert is_problem(api.client.get(f"{URL}/robot"), 404)
    assert is_problem(api.client.delete(f"{URL}/robot/files/01.png"), 404)


@pytest.mark.parametrize("name", ["..", ".hidden", "%2e%2e%2fa", "a%5cb", "a%00b", "a.", "x" * 160, "-a"])
def test_names_that_lead_elsewhere_are_refused(api: Api, name: str) -> None:
    for path in (f"{URL}/{name}/files/a.png", f"{URL}/robot/files/{name}"):
        assert api.client.put(path, content=b"x").status_code in (404, 405, 422)
    assert not list(api.queue.renders.glob("**/*.png"))


def test_a_file_that_no_training_reads_is_refused(api: Api) -> None:
    answer = api.client.put(f"{URL}/robot/files/a.exe", content=b"x")
    assert is_problem(answer, 422) and ".png" in answer.json()["detail"]


def test_a_caption_is_bounded(api: Api) -> None:
    assert is_problem(api.client.put(f"{URL}/robot/files/a.txt", content=b"x" * 200_000), 422)
    assert not list((api.context.options.datasets / "robot").iterdir())


def test_data_sets_and_uploads_share_their_room(serve: Serve) -> None:
    api = serve(max_uploads=1000)
    assert api.client.post("/api/v1/files", content=b"x" * 500).status_code == 201
    assert is_problem(api.client.put(f"{URL}/robot/files/a.png", content=b"y" * 501), 507)
    for _ in range(3):  # what a replaced file had is free again
        assert api.client.put(f"{URL}/robot/files/a.png", content=b"y" * 240).status_code == 204
    assert is_problem(api.client.post("/api/v1/files", content=b"z" * 300), 507)
    api.client.delete(f"{URL}/robot")
    assert api.client.post("/api/v1/files", content=b"z" * 300).status_code == 201


def test_what_was_there_before_the_start_counts_and_links_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "datasets"
    (folder / "robot").mkdir(parents=True)
    (folder / "robot" / "a.png").write_bytes(b"x" * 900)
    (folder / "robot" / "b.png").symlink_to("/etc/passwd")
    (folder / "elsewhere").symlink_to("/etc")
    uploads = Uploads(tmp_path / "uploads", 1000)
    sets = Datasets(folder, uploads)
    assert sets.names() == ["robot"]
    assert [file.name for file in sets.images("robot")] == ["a.png"]
    with pytest.raises(Exception, match="may have"):
        uploads.claim(200)


@pytest.mark.parametrize(
    "name", ["../../a b.PNG", ".hidden.png", "<&>|?.jpg", "고양이.png", "x" * 400 + ".png", "a\n.png"]
)
def test_names_from_elsewhere_become_ones_that_a_file_may_have(name: str) -> None:
    made = safe_name(name)
    assert problem_of(made) == "" and made.endswith((".png", ".jpg"))
    assert len(made.encode()) <= MAX_NAME_BYTES
