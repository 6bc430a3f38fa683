"""Requests that are wrong, strange or hostile: each gets an answer for people, and no other client waits."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from animator.server.app import MAX_BODY
from animator.server.options import ServerOptions
from tests.animator.server.running import Local, is_problem, local_server, raw_answer

JSON = {"Content-Type": "application/json"}


def submit(local: Local, body: bytes | str, **headers: str) -> httpx2.Response:
    return httpx2.post(local.jobs(), content=body, headers={**JSON, **headers}, timeout=60)


@pytest.mark.parametrize(
    "body",
    [
        "{broken",
        "",
        "null",
        "[]",
        "5",
        '{"no such": "setting"}',
        '{"preset": 5}',
        '{"preset": {"frames": NaN}}',
        '{"preset": {"frames": Infinity}}',
        '{"preset": {"frames": 1e999}}',
        '{"preset": {"frames": ' + "9" * 5000 + "}}",
        '{"preset": {"prompts": "\\ud800"}}',
        '{"preset": {"\\udfff": 1}}',
        '{"preset": {}, "labels": {"a": "\\ud800"}}',
        '{"preset": {}, "labels": {"a": 5}}',
        '{"preset": {}, "priority": 1e400}',
        '{"preset": {}, "priority": 99999999999999999999}',
        '{"preset": {}, "priority": NaN}',
        '{"preset": {}, "settings": {}}',
        '{"preset": ' + "[" * 100_000,
        '{"preset": ' + '{"a":' * 500 + "1" + "}" * 501,
        '{"preset": "\\u0000\\n"}',
        b'{"preset": "\xff"}',
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_a_body_that_is_no_job_is_refused_with_a_reason(local: Local, body: str | bytes) -> None:
    answer = submit(local, body)
    assert answer.status_code in (400, 422) and is_problem(answer, answer.status_code), answer.text
    assert answer.json()["detail"]


def test_a_whole_character_outside_the_first_plane_is_taken(local: Local) -> None:
    answer = submit(local, '{"preset": {"prompts": "a lake \\ud83c\\udf0a"}}')
    assert answer.status_code == 201
    local.queue.cancel(answer.json()["id"])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a"]
)
def test_only_json_is_read_as_json(local: Local, kind: str) -> None:
    answer = submit(local, '{"preset": {}}', **{"Content-Type": kind})
    assert is_problem(answer, 422)


def test_a_body_that_is_too_large_is_refused_by_its_declared_size(local: Local) -> None:
    head = f"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: {MAX_BODY + 1}\r\n"
    answer = raw_answer(
        local.port, f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 413") and b"urn:animator:problem" in answer


def test_a_body_that_grows_too_large_is_refused_on_the_way(local: Local) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"preset": "'
        for _ in range(MAX_BODY // 2**20 + 2):
            yield b"a" * 2**20

    answer = httpx2.post(local.jobs(), content=chunks(), headers=JSON, timeout=60)
    assert is_problem(answer, 413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/path", 404),
        ("GET", "/api/v1/jobs/%2e%2e%2f%2e%2e", 404),
        ("GET", "/api/v1/jobs/%ff%fe%00", 404),
        ("GET", "/api/v1/jobs?cursor=-1", 422),
        ("GET", f"/api/v1/jobs?cursor={10**30}", 422),
        ("GET", "/api/v1/jobs?limit=201", 422),
        ("GET", "/api/v1/jobs?status=asleep", 422),
        ("PUT", "/api/v1/jobs", 405),
        ("PATCH", "/api/v1/jobs/x", 405),
        ("DELETE", "/api/v1/jobs/x", 404),
        ("POST", "/api/v1/jobs/x/cancel", 404),
        ("POST", "/health", 405),
        ("OPTIONS", "/api/v1/jobs", 405),
    ],
)
def test_every_error_is_a_problem(local: Local, method: str, path: str, status: int) -> None:
    answer = httpx2.request(method, f"{local.url}{path}")
    assert is_problem(answer, status)
    assert (status == 405) == ("allow" in answer.headers)


@pytest.mark.parametrize(
    "request_line", ["GET /" + "a" * 100_000 + " HTTP/1.1", "GARBAGE", "GET / HTTP/9.9", "\x16\x03\x01\x02"]
)
def test_what_is_no_http_is_refused(local: Local, request_line: str) -> None:
    answer = raw_answer(local.port, f"{request_line}\r\nHost: localhost\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 4") and b"Traceback" not in answer


def test_clients_that_send_slowly_do_not_keep_others_waiting(local: Local) -> None:
    slow = [socket.create_connection(("127.0.0.1", local.port)) for _ in range(100)]
    try:
        for number, connection in enumerate(slow):
            head = b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            connection.sendall(head if number % 2 else head + b"Content-Type: application/json\r\n\r\n{")
        assert httpx2.get(f"{local.url}/health", timeout=10).json()["status"] == "ok"
        assert submit(local, '{"preset": {"frames": 0}}').status_code == 422
    finally:
        for connection in slow:
            connection.close()


def test_an_error_of_ours_is_answered_as_such_and_logged_with_its_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise ZeroDivisionError("somewhere deep")

    with local_server(ServerOptions(port=0, renders=tmp_path)) as server:
        monkeypatch.setattr(server.queue.store, "count", broken)
        answer = httpx2.get(f"{server.url}/health")
    assert is_problem(answer, 500) and "somewhere deep" not in answer.text
    log = capfd.readouterr().err
    assert "somewhere deep" in log and "Traceback" in log


def test_the_same_key_makes_one_job(local: Local) -> None:
    body = json.dumps({"preset": {"frames": 2}})
    one, two = (submit(local, body, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert one.json()["id"] == two.json()["id"] and one.headers["location"] == one.json()["urls"]["self"]
    assert is_problem(submit(local, '{"preset": {"frames": 3}}', **{"Idempotency-Key": "k1"}), 409)
    local.queue.cancel(one.json()["id"])
