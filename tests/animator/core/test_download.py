"""Downloads: web addresses only, within bounds, with the reason of a failure."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from animator.core.download import Limits, download

LIMITS = Limits(max_bytes=1000, timeout_s=5.0)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        moved = {"/moved": "/page", "/to-a-file": "file:///etc/hostname", "/to-ftp": "ftp://127.0.0.1/a"}
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.end_headers()
            return
        pages = {"/page": b"a page", "/large": b"0" * 1001}
        self.send_response(200 if self.path in pages else 404)
        self.end_headers()
        self.wfile.write(pages.get(self.path, b""))

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/page", "/moved"])
def test_pages_and_redirections_are_downloaded(site: str, path: str) -> None:
    out = io.BytesIO()
    download(site + path, out, LIMITS)
    assert out.getvalue() == b"a page"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/large", r"it is larger than 0\.001 MB"),
        ("/none", r"Not Found \(HTTP 404\)"),
        ("/to-a-file", "file"),
        ("/to-ftp", "ftp"),
    ],
)
def test_a_failed_download_says_why(site: str, path: str, reason: str) -> None:
    with pytest.raises(OSError, match=reason):
        download(site + path, io.BytesIO(), LIMITS)


def test_a_download_that_takes_too_long_is_given_up(site: str) -> None:
    with pytest.raises(OSError, match="longer than 0 seconds"):
        download(f"{site}/page", io.BytesIO(), Limits(max_bytes=1000, timeout_s=5.0, total_s=0.0))


def test_local_files_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    out = io.BytesIO()
    for url in (secret.as_uri(), str(secret), "ftp://127.0.0.1/secret"):
        with pytest.raises(OSError, match="unknown url type"):
            download(url, out, LIMITS)
    assert out.getvalue() == b""
