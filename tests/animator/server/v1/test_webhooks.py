"""Webhooks: signed, delivered again where they failed, and only to hosts that the server permits."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.server.options import ServerOptions
from animator.server.v1.webhooks import WebhookView
from animator.server.webhooks import outbox
from animator.server.webhooks.hook import CLIENT_KEY, Hook, HookEvent, new_secret
from animator.server.webhooks.outbox import Outbox
from tests.animator.server.v1.api import LAKE, Api
from tests.animator.server.v1.conftest import Serve
from tests.site import serving

HOST = "127.0.0.1"


class Target:
    """What a target heard, and with which statuses it answers; 200 after the last."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A target of webhooks on this machine."""
    target = Target()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            target.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(target.answers.pop(0) if target.answers else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Prints nothing."""

    with serving(Handler, monkeypatch) as url:
        target.url = f"{url}/hook"
        yield target


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failed messages are tried again at once, three times in all."""
    monkeypatch.setattr(outbox, "RETRIES_S", (0.0, 0.0))


def _settled(api: Api, job: Any, count: int) -> WebhookView:
    """Returns a job's webhook once so many messages wait for nothing any more."""
    while True:
        view = WebhookView.model_validate(api.client.get(f"/api/v1/jobs/{job['id']}/webhooks").json())
        if len(view.deliveries) == count and all(one.next_attempt_at is None for one in view.deliveries):
            return view
        time.sleep(0.02)


def test_a_job_s_beginning_and_end_are_told_and_signed(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    job = api.submit(webhook=target.url, labels={"shot": "1"})
    api.render()
    view = _settled(api, job, 2)
    assert [delivery.type for delivery in view.deliveries] == ["job.succeeded", "job.running"]
    key = base64.b64decode(job["webhook"]["secret"].removeprefix("whsec_"))
    for headers, body in target.heard:
        signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
        signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{signature}"
    message = json.loads(target.heard[1][1])
    assert message["type"] == "job.succeeded"
    assert message["data"]["labels"] == {"shot": "1"}
    assert message["data"]["url"] == job["urls"]["self"]


@pytest.mark.usefixtures("quick")
def test_a_failed_message_is_sent_again_with_the_same_id_and_body(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    target.answers += [500, 302]
    job = api.submit(webhook={"url": target.url, "events": ["ended"]})
    api.render()
    (delivery,) = _settled(api, job, 1).deliveries
    assert (delivery.attempts, delivery.answer, delivery.state.value) == (3, 200, "delivered")
    assert len({(headers["webhook-id"], body) for headers, body in target.heard}) == 1
    assert len(target.heard) == 3


@pytest.mark.usefixtures("quick")
def test_attempts_end_and_their_outcome_can_be_seen(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    target.answers += [500] * 3
    job = api.submit(webhook={"url": target.url, "events": ["ended"]})
    api.render(JobState.FAILED)
    (delivery,) = _settled(api, job, 1).deliveries
    assert (delivery.state.value, delivery.problem) == ("failed", "it answered with 500")


def test_the_waits_between_attempts_grow_up_to_a_day() -> None:
    assert outbox.RETRIES_S[0] <= 2
    assert all(
        later > 2 * sooner for sooner, later in zip(outbox.RETRIES_S, outbox.RETRIES_S[1:], strict=False)
    )
    assert 80_000 < sum(outbox.RETRIES_S) < 100_000


def test_a_target_that_is_gone_is_not_asked_again(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    target.answers.append(410)
    job = api.submit(webhook={"url": target.url, "events": ["ended"]})
    api.render()
    assert _settled(api, job, 1).deliveries[0].attempts == 1


def test_events_of_other_kinds_are_told_where_they_are_wanted(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    job = api.submit(webhook={"url": target.url, "events": ["phase", "output", "warning"]})
    for kind, data in (("phase", {"phase": "loading"}), ("output", {"path": "/secret/place/film.mp4"})):
        api.queue.store.add_event(job["id"], kind, data)
    view = _settled(api, job, 2)
    assert [delivery.type for delivery in view.deliveries] == ["job.output", "job.phase"]
    assert json.loads(target.heard[1][1])["data"]["output"] == "film.mp4"
    assert b"secret" not in target.heard[1][1]


@pytest.mark.usefixtures("quick")
def test_messages_that_a_server_did_not_deliver_are_sent_by_the_next_one(
    tmp_path: Path, serve: Serve, target: Target
) -> None:
    hook = Hook(target.url, (HookEvent.STATUS,), new_secret(), "http://127.0.0.1/api/v1/jobs")
    with JobQueue(tmp_path / "renders") as queue:
        job = queue.submit(JobRequest(preset=LAKE, client={CLIENT_KEY: hook.plain()}))
        before = Outbox(queue)
        assert before.collect()
        assert not before.collect()
        first = before.next_due()
        assert first is not None
        before.note(first, 503, "it answered with 503")
        queue.cancel(job.id)
    api = serve(webhook_hosts=(HOST,))
    view = _settled(api, {"id": job.id}, 2)
    assert [delivery.attempts for delivery in view.deliveries] == [1, 2]
    assert first.id in {headers["webhook-id"] for headers, _ in target.heard}


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://localhost/hook",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://127.0.0.2/",
        "ftp://127.0.0.1/",
        "http://user:password@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[/",
        "http://127.0.0.1/\n",
        "http://127.0.0.1/" + "a" * 2000,
    ],
)
def test_a_target_that_is_not_permitted_is_a_problem_at_once(serve: Serve, url: str) -> None:
    api = serve(webhook_hosts=(HOST,))
    for webhook in (url, {"url": url}):
        answer = api.client.post("/api/v1/jobs", json={"preset": LAKE, "webhook": webhook})
        assert answer.status_code == 422
    assert api.queue.find() == []


@pytest.mark.parametrize("url", ["{hook}", ""])
def test_a_place_left_open_for_an_address_does_not_cost_the_film(serve: Serve, url: str) -> None:
    api = serve(webhook_hosts=(HOST,))
    answer = api.client.post("/api/v1/jobs", json={"preset": LAKE, "webhook": url})
    assert answer.status_code == 201 and answer.json()["webhook"] is None
    (warning,) = answer.json()["warnings"]
    assert warning == f"webhook {url}: is no URL such as https://example.com/hook; nothing is sent"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "secret", "whsec_" + "A" * 100, "whsec_ä"])
def test_a_weak_secret_is_a_problem(serve: Serve, secret: str) -> None:
    api = serve(webhook_hosts=(HOST,))
    webhook = {"url": "http://127.0.0.1/", "secret": secret}
    answer = api.client.post("/api/v1/jobs", json={"preset": LAKE, "webhook": webhook})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/webhook/secret"


@pytest.mark.usefixtures("quick")
def test_a_host_that_is_not_permitted_any_more_is_not_connected_to(serve: Serve, target: Target) -> None:
    hook = Hook(target.url, (HookEvent.ENDED,), new_secret(), "http://127.0.0.1/api/v1/jobs")
    api = serve()
    job = api.queue.submit(JobRequest(preset=LAKE, client={CLIENT_KEY: hook.plain()}))
    api.render()
    (delivery,) = _settled(api, {"id": job.id}, 1).deliveries
    assert (delivery.state.value, target.heard) == ("failed", [])
    assert "downloads are not allowed" in delivery.problem or "not a public address" in delivery.problem


def test_hosts_are_named_in_any_case_and_with_brackets() -> None:
    permissions = ServerOptions(webhook_hosts=("[::1]", "Hooks.Example.")).webhook_permissions
    assert permissions.hosts == {"::1", "hooks.example"}


def test_a_secret_is_shown_once(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    job = api.submit(webhook=target.url)
    for path in ("", "/webhooks"):
        assert job["webhook"]["secret"] not in api.client.get(f"/api/v1/jobs/{job['id']}{path}").text
    assert job["webhook"]["secret"] not in api.client.get("/api/v1/jobs").text


def test_a_deleted_job_s_messages_are_gone(serve: Serve, target: Target) -> None:
    api = serve(webhook_hosts=(HOST,))
    target.answers += [500] * 2
    job = api.submit(webhook=target.url)
    api.render()
    while len(target.heard) < 2:
        time.sleep(0.02)
    assert api.client.delete(f"/api/v1/jobs/{job['id']}").status_code == 204
    assert api.queue.store.database.rows("SELECT * FROM webhook_messages") == []


def test_a_job_without_a_webhook_has_no_messages(api: Api) -> None:
    job = api.submit()
    assert job["webhook"] is None
    answer = api.client.get(f"/api/v1/jobs/{job['id']}/webhooks").json()
    assert answer == {"url": None, "events": [], "deliveries": []}
