"""The end of a server whose clients take their time."""

import socket
from pathlib import Path

import pytest

from animator.server import http_server
from animator.server.options import ServerOptions
from tests.animator.server.conftest import add_finished
from tests.animator.server.running import local_server


def test_a_download_that_does_not_end_is_given_some_time_and_cut_off_without_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(http_server, "DRAIN_S", 1)
    with local_server(ServerOptions(port=0, renders=tmp_path)) as server:
        job = add_finished(server)
        with job.films[0].open("ab") as film:
            film.truncate(100_000_000)
        client = socket.create_connection(("127.0.0.1", server.port))
        path = server.jobs(job.id, "film").removeprefix(server.url)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert client.recv(8) == b"HTTP/1.1"
    client.close()
    said = capfd.readouterr().err
    assert "Traceback" not in said and "1 running task" in said
