"""Whether the server works, for those who watch over it."""

from pathlib import Path

from fastapi.testclient import TestClient

from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.server.app import create_app
from animator.server.options import ServerOptions


def test_a_server_whose_workers_cannot_start_says_why_and_is_taken_out_of_service(tmp_path: Path) -> None:
    problems = ["", "the workers cannot start: no space left on device"]
    with JobQueue(tmp_path) as queue:
        queue.submit(JobRequest(preset={}))
        app = create_app(ServerOptions(renders=tmp_path), queue, lambda: problems.pop(0))
        client = TestClient(app, base_url="http://localhost")
        well, failing = (client.get("/health") for _ in range(2))
    assert well.status_code == 200
    assert well.json() | {"version": ""} == {
        "status": "ok", "problem": "", "version": "", "queued": 1, "running": 0,
    }  # fmt: skip
    assert failing.status_code == 503
    assert failing.json()["status"] == "failing" and "no space left" in failing.json()["problem"]
