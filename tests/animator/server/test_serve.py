"""`animator serve` as a process: it starts, renders, streams, and ends when told to."""

import json
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from tests.animator.jobs.films import preset
from tests.animator.server.running import Command, serving, start, wait_until

FILM = {"preset": preset()}
SECONDS = {"preset": preset("slow", frames=40)}  # progress is told at most four times a second
LONG = {"preset": preset("slow", frames=5000)}
HANGING = {"preset": preset("hang")}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def submit(server: Command, film: dict[str, Any]) -> dict[str, Any]:
    job: dict[str, Any] = httpx2.post(server.jobs, json=film).raise_for_status().json()
    return job


def stream(url: str) -> threading.Thread:
    """A client that has begun to read a stream, and reads it to its end."""
    begun = threading.Event()

    def read() -> None:
        with httpx2.stream("GET", url, timeout=None) as answer:
            begun.set()
            for _ in answer.iter_bytes():
                pass

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(60)
    return thread


def phase(job: dict[str, Any]) -> str:
    return str(httpx2.get(job["urls"]["self"]).json()["progress"]["phase"])


def has_frame(job: dict[str, Any]) -> bool:
    return httpx2.get(job["urls"]["preview"]).status_code == 200


def test_a_film_is_submitted_followed_and_fetched(server: Command) -> None:
    job = submit(server, SECONDS)
    with httpx2.stream("GET", job["urls"]["events"], timeout=120) as answer:
        lines = [
            line.partition(": ")[2] for line in answer.iter_lines() if line.startswith(("event", "data"))
        ]
    kinds, last = lines[::2], json.loads(lines[-1])
    assert kinds[0] == "snapshot" and kinds[-1] == "status" and last["status"] == "succeeded"
    assert {"phase", "progress", "output"} <= set(kinds)
    done = httpx2.get(job["urls"]["self"]).json()
    assert httpx2.get(done["outputs"][0]["url"]).content[4:8] == b"ftyp"
    assert done["metrics"]["load_s"] >= 0 and done["metrics"]["seconds_per_frame"] > 0
    assert done["metrics"]["run_s"] > 0 and done["created_at"].endswith("Z")


def test_deleting_a_job_with_its_files_deletes_the_run_folder(server: Command) -> None:
    job = submit(server, FILM)
    wait_until(lambda: httpx2.get(job["urls"]["self"]).json()["status"] == "succeeded")
    assert httpx2.delete(job["urls"]["self"], params={"files": "true"}).status_code == 204
    assert httpx2.get(job["urls"]["self"]).status_code == 404


def test_ctrl_c_ends_streams_and_the_job_goes_on_the_next_time(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        job = submit(server, LONG)
        wait_until(lambda: has_frame(job))
        clients = [stream(job["urls"][name]) for name in ("events", "stream")]
        clients.append(stream(f"{server.url}/api/v1/events"))
        server.process.send_signal(signal.SIGINT)  # as a shell and what it started may both do
        said = server.end(signal.SIGINT)
        for client in clients:
            client.join(30)
            assert not client.is_alive()
    assert server.process.returncode == 0
    assert "go on when the server starts again" in said and "Traceback" not in said and "ERROR" not in said
    with JobQueue(tmp_path) as queue:
        assert queue.get(job["id"]).state is JobState.QUEUED


def test_a_late_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        job = submit(server, HANGING)
        wait_until(lambda: phase(job) == "rendering")
        server.process.send_signal(signal.SIGINT)
        while server.process.poll() is None:  # the frame takes hours
            time.sleep(0.5)
            server.process.send_signal(signal.SIGINT)
    assert server.process.returncode == 130
    with JobQueue(tmp_path) as queue:
        assert queue.get(job["id"]).state is JobState.RUNNING  # the next server goes on with it


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(tmp_path, "--port", str(port)) as process:
            said = process.communicate(timeout=120)[1]
    assert process.returncode == 2
    assert f"127.0.0.1:{port}: cannot be listened on" in said and "choose another port" in said


def test_a_renders_folder_that_another_server_has_is_said(tmp_path: Path) -> None:
    with serving(tmp_path) as server, start(tmp_path, "--port", "0") as second:
        said = second.communicate(timeout=120)[1]
        assert second.returncode == 2 and "another program renders its jobs" in said
        assert httpx2.get(f"{server.url}/health").status_code == 200


def test_strangers_are_not_served_without_a_token(tmp_path: Path) -> None:
    with start(tmp_path, "--host", "0.0.0.0") as process:
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 2 and "give a token" in said


def test_sigterm_ends_a_server_that_has_nothing_to_do(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        said = server.end(signal.SIGTERM)
    assert server.process.returncode == 0 and "Traceback" not in said
