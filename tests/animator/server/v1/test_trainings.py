"""Trainings over HTTP: checks, jobs, and what they leave."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from animator.jobs.job import JobState
from animator.jobs.store import JobFilter
from animator.server.options import ServerOptions
from animator.training.finetune.defaults import suits
from tests.animator.server.running import is_problem
from tests.animator.server.v1.api import LAKE, Api, served
from tests.animator.server.v1.conftest import Serve
from tests.animator.server.v1.trainings import SMALL, URL, put_images, submit, train


@pytest.fixture
def ready(api: Api, tmp_path: Path) -> Api:
    """A server with a data set."""
    put_images(api, tmp_path)
    return api


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, Any]]:
    """A server with a finished training, and how it shows that."""
    place = tmp_path_factory.mktemp("trained")
    with served(ServerOptions(renders=place / "renders")) as api:
        put_images(api, place)
        url = submit(api)["urls"]["self"]
        train(api)
        yield api, api.client.get(url).json()


def test_a_training_waits_among_films_and_is_in_both_lists(ready: Api) -> None:
    film = ready.submit()
    view = submit(ready)
    assert (view["status"], view["kind"], view["name"]) == ("queued", "hypernetwork", "thing")
    assert view["queue_position"] == 1
    jobs = ready.client.get("/api/v1/jobs").json()["jobs"]
    assert [(job["id"], job["kind"]) for job in jobs] == [(view["id"], "training"), (film["id"], "film")]
    assert jobs[0]["urls"]["training"] == view["urls"]["self"] and "film" not in jobs[0]["urls"]
    assert [one["id"] for one in ready.client.get(URL).json()["trainings"]] == [view["id"]]
    assert [job.id for job in ready.queue.find(JobFilter(trains=False))] == [film["id"]]


def test_lists_have_pages_and_filters(ready: Api) -> None:
    ids = [submit(ready, name=f"thing {number}")["id"] for number in range(3)]
    ready.queue.cancel(ids[0])
    first = ready.client.get(URL, params={"limit": 2}).json()
    assert [one["id"] for one in first["trainings"]] == ids[:0:-1]
    rest = ready.client.get(first["next"]).json()
    assert [one["id"] for one in rest["trainings"]] == ids[:1] and rest["next"] is None
    canceled = ready.client.get(URL, params={"status": "canceled"}).json()
    assert [one["id"] for one in canceled["trainings"]] == ids[:1]


def test_every_problem_comes_at_once_and_no_job_is_made(ready: Api) -> None:
    settings = {**SMALL, "steps": 0, "rate": "x", "lora.rank": 0, "out": "/tmp", "colour": 1}
    answer = ready.client.post(URL, json={"folder": "datasets/robot", "settings": settings})
    assert is_problem(answer, 422)
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/steps", "/rate", "/lora/rank", "/out", "/colour"}
    assert ready.queue.find() == []


def test_broken_images_and_missing_captions_are_problems_one_for_each(ready: Api, tmp_path: Path) -> None:
    files = "/api/v1/datasets/robot/files"
    ready.client.put(f"{files}/00.txt", content=b"a robot")
    ready.client.put(f"{files}/03.png", content=b"no image")
    body = {"folder": "datasets/robot", "settings": SMALL}
    check = ready.client.post(f"{URL}/check", json=body).json()
    assert not check["ok"] and check["training"] is None
    told = " ".join(error["message"] for error in check["errors"])
    assert all(name in told for name in ("01.txt", "02.txt", "03.txt"))


@pytest.mark.parametrize("path", ["", "/check"])
@pytest.mark.parametrize(
    "body",
    [
        "{broken",
        "[]",
        "{}",
        '{"settings": 5}',
        '{"settings": {}, "folder": 5}',
        '{"settings": {"steps": NaN}}',
        '{"settings": {"steps": ' + "9" * 5000 + "}}",
        '{"settings": {"name": "\\ud800"}}',
        '{"settings": {"\\udfff": 1}}',
        '{"settings": {"a": ' + "[" * 100_000,
        '{"settings": ' + '{"a":' * 500 + "1" + "}" * 501,
        '{"settings": {"concepts": [[[]]], "lora": {"rank": {}}}}',
        '{"settings": {"concepts.9.prompt": "a", "": 1, "a..b": 2, "kind": ["lora"]}}',
        '{"settings": {"name": "a"}, "folder": "a\\u0000b"}',
        '{"settings": {"name": "a"}, "folder": "' + "a" * 5000 + '"}',
        '{"settings": {"name": "a", "rate": "1e400"}, "folder": "' + "a/" * 400 + '"}',
        '{"settings": {"name": "a", "model": "' + "a" * 5000 + '"}, "folder": "datasets/robot"}',
        '{"settings": {"name": "a", "data.template": "' + "a" * 2_000_000 + '"}}',
        b'{"settings": "\xff"}',
    ],
)
def test_a_body_that_is_no_training_gets_an_answer_for_people(
    ready: Api, path: str, body: str | bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = ready.client.post(f"{URL}{path}", content=body, headers=headers)
    if answer.status_code == 200:
        assert path and not answer.json()["ok"] and "Traceback" not in answer.text
    else:
        assert answer.status_code in (400, 422) and is_problem(answer, answer.status_code), answer.text
    assert ready.queue.find() == []


def test_a_check_says_what_a_training_takes(ready: Api) -> None:
    body = {"folder": "datasets/robot", "settings": {"name": "thing"}}
    usual = suits("lora", is_built_in=True)
    plan = ready.client.post(f"{URL}/check", json=body).json()["training"]
    assert (plan["images"], plan["steps"], plan["rate"]) == (3, usual.steps, usual.rate)
    assert plan["settings"]["lora"]["rank"] == 8 and "out" not in plan["settings"]
    assert ready.queue.find() == []


@pytest.mark.parametrize("folder", ["/etc", "..", "datasets/../../..", "~", "trainings", "runs"])
def test_no_folder_but_those_of_the_server_is_read(ready: Api, folder: str) -> None:
    answer = ready.client.post(URL, json={"folder": folder, "settings": SMALL})
    assert is_problem(answer, 422)
    assert answer.json()["errors"][0]["pointer"] == "/concepts/0/folder"


def test_a_training_is_canceled_paused_and_resumed(ready: Api) -> None:
    urls = submit(ready)["urls"]
    assert ready.client.post(urls["pause"]).json()["status"] == "paused"
    assert ready.client.post(urls["resume"]).json()["status"] == "queued"
    assert ready.client.post(urls["cancel"]).json()["status"] == "canceled"
    assert is_problem(ready.client.post(urls["cancel"]), 409)
    assert ready.client.delete(urls["self"]).status_code == 204
    assert is_problem(ready.client.get(urls["self"]), 404)


def test_a_film_is_no_training_and_a_training_no_film(ready: Api) -> None:
    film, training = ready.submit()["id"], submit(ready)["id"]
    for part in ("", "/curve", "/settings", "/previews/0.png", "/result"):
        assert is_problem(ready.client.get(f"{URL}/{film}{part}"), 404)
    for part in ("settings", "film", "films/a", "frames/0.png", "metrics", "preview.jpg", "stream.mjpg"):
        assert is_problem(ready.client.get(f"/api/v1/jobs/{training}/{part}"), 404)
    ready.queue.cancel(training)
    assert is_problem(ready.client.post(f"/api/v1/jobs/{training}/redo", json={"frame": 0}), 409)


def test_a_training_that_has_not_begun_has_nothing_yet(ready: Api) -> None:
    view = submit(ready)
    assert ready.client.get(view["urls"]["curve"]).json() == {"points": []}
    assert ready.client.get(view["urls"]["settings"]).json()["steps"] == 2
    assert is_problem(ready.client.get(f"{view['urls']['self']}/previews/0.png"), 404)
    assert is_problem(ready.client.get(f"{view['urls']['self']}/result"), 409)


def test_a_finished_training_has_curve_sheets_and_a_result_with_its_tag(trained: tuple[Api, Any]) -> None:
    api, view = trained
    assert view["result"]["tag"] == view["result"]["prompt"] == "<hypernet:thing:1>"
    points = api.client.get(view["urls"]["curve"]).json()["points"]
    assert [point["step"] for point in points] == [2]
    assert [one["step"] for one in view["previews"]] == [0, 2]
    for one in view["previews"]:
        with Image.open(io.BytesIO(api.client.get(one["url"]).content)) as sheet:
            assert sheet.size == (64, 64)
    result = api.client.get(view["result"]["url"])
    assert len(result.content) == view["result"]["size"]
    made = api.context.options.trained_models / "hypernetworks" / "thing.safetensors"
    assert result.content == made.read_bytes()
    assert (
        api.client.get(view["urls"]["settings"]).json()["rate"]
        == suits("hypernetwork", is_built_in=True).rate
    )


def test_what_was_trained_is_among_the_models_at_once(trained: tuple[Api, Any]) -> None:
    api, _ = trained
    models = api.client.get("/api/v1/models").json()["models"]
    assert "thing.safetensors" in [model["name"] for model in models]
    film = {**LAKE, "prompts": "a lake <hypernet:thing:1>"}
    answer = api.client.post("/api/v1/check", json={"preset": film})
    assert answer.json()["ok"], answer.text


def test_nothing_of_a_training_is_in_the_gallery(trained: tuple[Api, Any]) -> None:
    api, _ = trained
    assert api.context.gallery_indexer is not None
    items = api.client.get("/api/v1/gallery").json()
    assert "trainings" not in str(items)


def test_the_same_name_again_is_a_problem_unless_it_may_be_replaced(trained: tuple[Api, Any]) -> None:
    api, _ = trained
    body = {"folder": "datasets/robot", "settings": SMALL}
    errors = api.client.post(f"{URL}/check", json=body).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/name"]
    body["settings"] = {**SMALL, "overwrite": True}
    assert api.client.post(f"{URL}/check", json=body).json()["ok"]


def test_a_model_comes_as_an_archive_without_what_links_lead_to(ready: Api, tmp_path: Path) -> None:
    view = submit(ready, kind="dreambooth")
    model = tmp_path / "thing"
    (model / "unet").mkdir(parents=True)
    (model / "unet" / "config.json").write_text("{}")
    (model / "secret").symlink_to("/etc/passwd")
    ready.queue.store.take_next()
    ready.queue.store.change(view["id"], [JobState.RUNNING], state=JobState.SUCCEEDED, films=(model,))
    result = ready.client.get(view["urls"]["self"]).json()["result"]
    assert (result["model"], result["tag"], result["size"]) == ("thing", "", 2)
    with zipfile.ZipFile(io.BytesIO(ready.client.get(result["url"]).content)) as archive:
        assert archive.namelist() == ["thing/unet/config.json"]


def test_the_run_folder_is_deleted_with_the_training_where_that_is_wanted(ready: Api, tmp_path: Path) -> None:
    runs = ready.queue.renders / "trainings" / "runs"
    for folder, goes in ((runs / "thing" / "own", True), (tmp_path / "elsewhere", False), (runs, False)):
        view = submit(ready)
        folder.mkdir(parents=True, exist_ok=True)
        ready.queue.cancel(view["id"])
        ready.queue.store.change(view["id"], [JobState.CANCELED], folder=folder)
        status = ready.client.delete(view["urls"]["self"], params={"files": True}).status_code
        assert (folder.exists(), status < 300) == (not goes, goes)


def test_a_full_queue_refuses_trainings_too(serve: Serve, tmp_path: Path) -> None:
    api = serve(capacity=1)
    put_images(api, tmp_path)
    submit(api)
    answer = api.client.post(URL, json={"folder": "datasets/robot", "settings": SMALL})
    assert is_problem(answer, 429)


def test_the_schema_has_no_settings_that_requests_may_not_have(api: Api) -> None:
    properties = api.client.get(f"{URL}/schema").json()["properties"]
    assert "lora" in properties and not {"out", "model_folders"} & set(properties)
