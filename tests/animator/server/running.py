"""Servers for tests: uvicorn in a thread of this process, and the real command in one of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from animator.jobs.queue import JobQueue
from animator.server.app import create_app
from animator.server.context import ServerContext
from animator.server.http_server import HttpServer, listen
from animator.server.options import ServerOptions
from animator.server.stop_signals import StopSignals

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Local:
    """A server in a thread of this process, whose jobs nobody renders.

    Attributes:
        url: Its address.
        queue: Its jobs.
        context: What its handlers share.
        tasks: Returns how many requests it is at.
    """

    url: str
    queue: JobQueue
    context: ServerContext
    tasks: Callable[[], int]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def jobs(self, job_id: str = "", part: str = "") -> str:
        """The URL of the jobs, of one, or of a part of it."""
        return "/".join(filter(None, (f"{self.url}/api/v1/jobs", job_id, part)))


@contextmanager
def local_server(options: ServerOptions) -> Iterator[Local]:
    """Serves in a thread, on any free port."""
    ready = threading.Event()
    with (
        listen(replace(options, port=0)) as listener,
        JobQueue(options.renders, capacity=options.capacity) as queue,
    ):
        app = create_app(options, queue)
        context: ServerContext = app.state.context
        server = HttpServer(app, ready.set, StopSignals())
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            assert ready.wait(30)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield Local(url, queue, context, lambda: len(server.server_state.tasks))
        finally:
            server.should_exit = True
            thread.join()


@dataclass(frozen=True)
class Command:
    """`animator serve` in a process of its own.

    Attributes:
        process: The process.
        url: Its address.
        renders: Its renders folder.
    """

    process: subprocess.Popen[str]
    url: str
    renders: Path

    @property
    def jobs(self) -> str:
        return f"{self.url}/api/v1/jobs"

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        """Sends a signal, waits for the end, and returns what was said since the address."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=120)[1]


OBEDIENT = "tests.animator.server.obedient"
"""The command whose diffuser does what prompts say."""


def start(folder: Path, *args: str, module: str = OBEDIENT) -> subprocess.Popen[str]:
    """Starts `animator serve` with one worker."""
    command = [sys.executable, "-m", module, "serve", "--renders", str(folder), "--workers", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*command, "--device", "cpu", "--threads", "1", *args],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(folder: Path, *args: str, module: str = OBEDIENT) -> Iterator[Command]:
    """Runs `animator serve` on a free port, and ends it if the test has not."""
    with start(folder, "--port", "0", *args, module=module) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            assert "serves at" in said, said + process.stderr.read()
            yield Command(process, said.split()[-1], folder)
        finally:
            if process.poll() is None:
                process.kill()


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits until something is true; fails where it never is."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def raw_answer(port: int, request: bytes) -> bytes:
    """Sends bytes to a server and returns all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def is_problem(answer: httpx2.Response, status: int) -> bool:
    """True for an error of a status in the form of RFC 9457, without a traceback."""
    body = answer.json()
    return (
        answer.status_code == status == body["status"]
        and answer.headers["content-type"] == "application/problem+json"
        and body["type"].startswith("urn:animator:problem:")
        and "Traceback" not in answer.text
    )
