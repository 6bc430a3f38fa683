"""Submissions: once for each key, waiting where that is wanted, refused when the queue is full."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from animator.jobs import store
from animator.jobs.job import JobState
from tests.animator.server.v1.api import LAKE, Api
from tests.animator.server.v1.conftest import Serve

URL = "/api/v1/jobs"
KEY = {"Idempotency-Key": "shot-12"}


def _post(api: Api, body: dict[str, Any], **options: Any) -> httpx2.Response:
    return api.client.post(URL, json={"preset": LAKE, **body}, **options)


def test_equal_requests_at_once_with_one_key_make_one_job(api: Api) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: _post(api, {}, headers=KEY), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(api.queue.find()) == 1


def test_different_requests_at_once_with_one_key_make_one_job(api: Api) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: _post(api, {"priority": number}, headers=KEY), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert len(api.queue.find()) == 1


def test_a_repeated_request_is_answered_with_its_job_although_the_queue_is_full(serve: Serve) -> None:
    api = serve(capacity=1)
    first = _post(api, {}, headers=KEY)
    assert _post(api, {}, headers=KEY).json()["id"] == first.json()["id"]


def test_a_key_is_known_for_a_day(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _post(api, {}, headers=KEY).json()["id"]
    monkeypatch.setattr(store, "KEY_S", 0.0)
    assert _post(api, {"priority": 1}, headers=KEY).json()["id"] != first
    assert len(api.queue.store.database.rows("SELECT * FROM keys")) == 1


def test_a_full_queue_says_when_to_come_again(serve: Serve) -> None:
    api = serve(capacity=1)
    api.submit()
    answer = _post(api, {})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("labels", [{str(n): "" for n in range(51)}, {"a": "b" * 501}, {"a": 1}])
def test_labels_are_limited(api: Api, labels: dict[str, Any]) -> None:
    assert _post(api, {"labels": labels}).status_code == 422
    assert api.queue.find() == []


def test_half_a_character_in_a_label_is_a_problem(api: Api) -> None:
    body = b'{"preset": {"frames": 1}, "labels": {"a": "\\ud800"}}'
    answer = api.client.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_an_answer_waits_for_the_end_of_the_job(api: Api) -> None:
    threading.Timer(0.5, api.render).start()
    answer = _post(api, {}, params={"wait": 30})
    assert answer.json()["status"] == "succeeded"


def test_a_preferred_wait_is_bounded_and_said(api: Api) -> None:
    threading.Timer(0.5, api.render, [JobState.FAILED]).start()
    answer = _post(api, {}, headers={"Prefer": "respond-async, wait=999"})
    assert answer.headers["preference-applied"] == "wait=50"
    assert answer.json()["status"] == "failed"


def test_a_wait_without_an_end_answers_with_the_job_as_it_is(api: Api) -> None:
    assert _post(api, {}, params={"wait": 1}).json()["status"] == "queued"


def test_nobody_waits_for_a_job_of_a_server_that_ends(api: Api) -> None:
    api.context.closing.set()
    answer = _post(api, {}, params={"wait": 50}, timeout=30)
    assert answer.status_code == 201 and answer.json()["status"] == "queued"


def test_a_wait_that_clients_give_up_on_is_a_problem(api: Api) -> None:
    assert _post(api, {}, params={"wait": 51}).status_code == 422


def test_more_requests_wait_than_there_are_threads(api: Api) -> None:
    """Starlette has 40 threads; if each request held one, nobody would be answered meanwhile."""
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(_post, api, {}, params={"wait": 50}) for _ in range(60)]
        while len(api.queue.find()) < 60:
            time.sleep(0.05)
        assert api.client.get("/health").json()["queued"] == 60
        for _ in waiting:
            api.render()
        assert {future.result().json()["status"] for future in waiting} == {"succeeded"}
