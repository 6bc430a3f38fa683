"""POST, GET and DELETE of batches: every answer that clients know of Deforum's."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.animator.server.deforum.films import generates, look, settings, submit, wait
from tests.animator.server.deforum.serving import Served, served

BATCHES = "/deforum_api/batches"


def test_a_submission_is_accepted_with_the_ids_of_its_jobs(idle_server: Served) -> None:
    answer = idle_server.client.post(BATCHES, json={"deforum_settings": [settings(), settings(2)]})
    said = answer.json()
    assert answer.status_code == 202 and list(said) == ["message", "batch_id", "job_ids"]
    assert said["message"] == "Job(s) accepted" and re.fullmatch(r"batch\(\d+\)", said["batch_id"])
    assert said["job_ids"] == [f"{said['batch_id']}-0", f"{said['batch_id']}-1"]


def test_one_object_is_a_batch_of_one(idle_server: Served) -> None:
    assert len(submit(idle_server.client, settings())) == 1


@pytest.mark.parametrize(
    "body", [{}, {"deforum_settings": None}, {"deforum_settings": {}}, {"deforum_settings": []}]
)
def test_a_submission_without_settings_is_refused_with_a_message(idle_server: Served, body: Any) -> None:
    answer = idle_server.client.post(BATCHES, json=body)
    assert answer.status_code == 400 and "deforum_settings: is missing or empty" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"deforum_settings": "x"},
        {"deforum_settings": ["x"]},
        {"deforum_settings": [1]},
        {"deforum_settings": settings(), "options_overrides": []},
        "x",
        [],
    ],
)
def test_a_body_of_wrong_types_is_refused_with_every_place_and_the_body(
    idle_server: Served, body: Any
) -> None:
    answer = idle_server.client.post(BATCHES, json=body)
    said = answer.json()
    assert answer.status_code == 422 and said["body"] == body
    assert said["detail"] and all(item.keys() == {"loc", "msg", "type"} for item in said["detail"])


@pytest.mark.parametrize("content", [b"", b"{not json", b"null", b"\xff", b"[" * 100_000, b'{"a": 1e'])
def test_a_body_that_is_not_json_is_refused(idle_server: Served, content: bytes) -> None:
    answer = idle_server.client.post(BATCHES, content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422) and answer.json()["detail"]


@pytest.mark.parametrize("value", ["NaN", "-Infinity", '"\\ud800"', "[" * 60 + "]" * 60, '{"\\udc00": 1}'])
def test_values_that_could_not_be_sent_back_are_refused(idle_server: Served, value: str) -> None:
    content = f'{{"deforum_settings": {{"max_frames": 2, "zoom": {value}}}}}'
    answer = idle_server.client.post(BATCHES, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422 and answer.json()["detail"]
    assert idle_server.client.get("/deforum_api/jobs").status_code == 200


def test_a_batch_has_at_most_a_thousand_films(idle_server: Served) -> None:
    answer = idle_server.client.post(BATCHES, json={"deforum_settings": [{"seed": 1}] * 1001})
    assert answer.status_code == 400 and "has 1001 films" in answer.json()["message"]


def test_batches_are_a_map_with_and_without_the_id_that_deforum_wants(idle_server: Served) -> None:
    ids = submit(idle_server.client, [settings(), settings()])
    for query in ("", "?id=x"):
        batches = idle_server.client.get(f"{BATCHES}{query}").json()
        assert batches[ids[0].rpartition("-")[0]] == ids


def test_a_batch_is_a_list_of_its_jobs_in_their_order(idle_server: Served) -> None:
    ids = submit(idle_server.client, [settings(), settings(), settings()])
    answer = idle_server.client.get(f"{BATCHES}/{ids[0].rpartition('-')[0]}")
    assert answer.status_code == 200 and [job["id"] for job in answer.json()] == ids


def test_an_unknown_batch_is_not_found(idle_server: Served) -> None:
    found, deleted = idle_server.client.get(f"{BATCHES}/nope"), idle_server.client.delete(f"{BATCHES}/nope")
    assert (found.status_code, found.json()) == (404, {"id": "nope", "status": "NOT FOUND"})
    assert deleted.status_code == 404 and deleted.json().keys() == {"id", "message"}


def test_a_batch_is_cancelled_with_the_running_job_and_those_that_wait(server: Served) -> None:
    client = server.client
    ids = submit(client, [settings(2000)] * 3)
    wait(client, ids[0], generates)
    answer = client.delete(f"{BATCHES}/{ids[0].rpartition('-')[0]}")
    message = "3 job(s) cancelled."
    assert answer.status_code == 200
    assert answer.json() == {"ids": ids, "message:": message, "message": message}
    assert [wait(client, job)["status"] for job in ids] == ["CANCELLED"] * 3
    assert [look(client, job)["outdir"] for job in ids[1:]] == [None, None]
    again = client.delete(f"{BATCHES}/{ids[0].rpartition('-')[0]}")
    assert again.status_code == 200 and again.json()["ids"] == []
    assert again.json()["message"] == "0 job(s) cancelled."


def test_a_batch_that_does_not_fit_into_the_queue_is_refused_as_a_whole(tmp_path: Path) -> None:
    with served(tmp_path, workers=0, capacity=2) as small:
        answer = small.client.post(BATCHES, json={"deforum_settings": [settings()] * 3})
        assert answer.status_code == 429 and answer.headers["retry-after"] and "2 jobs wait" in answer.text
        assert small.client.get(BATCHES).json() == {}
        assert len(submit(small.client, [settings()] * 2)) == 2
