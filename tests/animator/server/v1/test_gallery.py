"""The gallery over HTTP."""

from typing import Any

import pytest

from animator.runs.run_lock import RunLock
from tests.animator.gallery.shelf import Shelf
from tests.animator.server.running import is_problem, wait_until
from tests.animator.server.v1.api import Api

URL = "/api/v1/gallery"


@pytest.fixture
def shelf(api: Api) -> Shelf:
    """The renders folder of the server, with an image and a film."""
    shelf = Shelf(api.context.options.renders, api.context.gallery)
    shelf.add("images/lake.png", "a lake", negative="fog")
    shelf.render()
    return shelf


def paths(answer: Any) -> list[str]:
    """The paths of the items that were found."""
    assert answer.status_code == 200, answer.text
    return [item["path"] for item in answer.json()["items"]]


def test_the_server_indexes_what_comes_into_its_folder(api: Api) -> None:
    Shelf(api.context.options.renders, api.context.gallery).add("images/lake.png", "a lake")
    wait_until(lambda: paths(api.client.get(URL, params={"text": "lake"})) == ["images/lake.png"])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"text": "lake"}, 1),
        ({"text": "seed: 42"}, 1),
        ({"text": "l.ke$", "regex": "true"}, 1),
        ({"text": "LAKE", "case_sensitive": "true"}, 0),
        ({"negative": "fog", "negative_mode": "without"}, 0),
        ({"negative": "fog", "negative_mode": "only"}, 5),
        ({"kind": "frame"}, 3),
        ({"run": "waves/one"}, 4),
        ({"rank_from": "1"}, 0),
        ({"favorites": "true"}, 0),
        ({"trash": "true"}, 0),
        ({"sort": "random", "seed": "3"}, 5),
    ],
)
def test_a_search_finds_items(api: Api, shelf: Shelf, params: dict[str, str], found: int) -> None:
    assert len(paths(api.client.get(URL, params=params))) == found


def test_a_page_says_how_many_there_are_in_all(api: Api, shelf: Shelf) -> None:
    whole = paths(api.client.get(URL, params={"sort": "path"}))
    answer = api.client.get(URL, params={"sort": "path", "first": 1, "count": 2})
    assert paths(answer) == whole[1:3] and answer.json()["total"] == len(whole) == 5


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({"text": "a(b", "regex": "true"}, "missing ) at character 4"),
        ({"rank_from": "4", "rank_to": "2"}, "expected the lower one first"),
        ({"count": "0"}, "not as expected"),
        ({"sort": "best"}, "not as expected"),
        ({"frist": "1"}, "not as expected"),
    ],
)
def test_a_search_that_cannot_be_is_a_problem(api: Api, params: dict[str, str], detail: str) -> None:
    answer = api.client.get(URL, params=params)
    assert is_problem(answer, 422) and detail in answer.json()["detail"]


def test_an_item_has_its_file_thumbnail_and_settings(api: Api, shelf: Shelf) -> None:
    item = api.client.get(f"{URL}/{shelf.id('images/lake.png')}").json()
    assert (item["prompt"], item["negative_prompt"], item["width"]) == ("a lake", "fog", 16)
    assert item["fields"]["Sampler"] == "Euler a" and item["infotext"].startswith("a lake\n")
    file = api.client.get(item["urls"]["file"])
    assert file.content == (shelf.renders / item["path"]).read_bytes()
    assert file.headers["content-type"] == "image/png"
    assert api.client.head(item["urls"]["file"]).headers["content-length"] == str(item["size"])
    thumbnail = api.client.get(item["urls"]["thumbnail"], params={"width": 128})
    assert thumbnail.headers["content-type"] == "image/jpeg" and thumbnail.content[:2] == b"\xff\xd8"
    known = {"If-None-Match": thumbnail.headers["etag"]}
    assert api.client.get(item["urls"]["thumbnail"], params={"width": 128}, headers=known).status_code == 304
    preset = api.client.get(item["urls"]["preset"])
    assert preset.headers["content-type"].startswith("application/yaml") and "a lake" in preset.text


def test_a_film_gives_its_whole_preset(api: Api, shelf: Shelf) -> None:
    film = shelf.id("waves/one/waves.mp4")
    assert "name: waves" in api.client.get(f"{URL}/{film}/preset").text
    assert api.client.get(f"{URL}/{film}/thumbnail").headers["content-type"] == "image/jpeg"
    part = api.client.get(f"{URL}/{film}/file", headers={"Range": "bytes=0-3"})
    assert part.status_code == 206 and len(part.content) == 4


def test_ranks_and_favorites_are_changed(api: Api, shelf: Shelf) -> None:
    url = f"{URL}/{shelf.id('images/lake.png')}"
    assert api.client.patch(url, json={"rank": 4}).json()["rank"] == 4
    changed = api.client.patch(url, json={"favorite": True}).json()
    assert changed["favorite"] and changed["rank"] == 4
    assert paths(api.client.get(URL, params={"rank_from": 4, "favorites": True})) == ["images/lake.png"]
    bodies: list[Any] = [{"rank": 6}, {"rank": -1}, {"stars": 3}, [], "x"]
    for body in bodies:
        assert is_problem(api.client.patch(url, json=body), 422)


def test_items_are_deleted_restored_and_purged(api: Api, shelf: Shelf) -> None:
    number = shelf.id("images/lake.png")
    gone = api.client.post(f"{URL}/delete", json={"query": {"text": "lake"}})
    assert gone.json() == {"done": [number], "failures": []}
    assert paths(api.client.get(URL, params={"trash": True})) == ["images/lake.png"]
    assert api.client.post(f"{URL}/restore", json={"ids": [number]}).json()["done"] == [number]
    api.client.post(f"{URL}/delete", json={"ids": [number]})
    assert api.client.post(f"{URL}/purge", json={"query": {"trash": True}}).json()["done"] == [number]
    assert is_problem(api.client.get(f"{URL}/{number}"), 404)


def test_a_run_that_renders_keeps_its_frames(api: Api, shelf: Shelf) -> None:
    lock = RunLock(shelf.renders / "waves/one")
    lock.acquire()
    answer = api.client.post(f"{URL}/delete", json={"query": {"run": "waves/one"}}).json()
    lock.release()
    assert answer["done"] == [] and len(answer["failures"]) == 4
    assert "a run that renders now" in answer["failures"][0]["message"]


@pytest.mark.parametrize("body", [{}, {"ids": [1], "query": {}}, {"ids": ["a"]}, {"query": {"frist": 1}}, []])
@pytest.mark.parametrize("act", ["delete", "restore", "purge"])
def test_what_names_no_items_is_a_problem(api: Api, body: Any, act: str) -> None:
    assert is_problem(api.client.post(f"{URL}/{act}", json=body), 422)


@pytest.mark.parametrize("part", ["", "/file", "/thumbnail", "/preset"])
def test_an_item_that_is_not_there_is_a_problem(api: Api, part: str) -> None:
    assert is_problem(api.client.get(f"{URL}/99{part}"), 404)
    assert is_problem(api.client.get(f"{URL}/x{part}"), 422)
    assert is_problem(api.client.get(f"{URL}/-1{part}"), 422)
