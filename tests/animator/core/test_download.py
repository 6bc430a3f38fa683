"""Downloads: web addresses only, within bounds, with the reason of a failure."""

import io
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from animator.core.download import Limits, download
from animator.core.hosts import ForbiddenHostError, check_url, is_public
from animator.core.permissions import Permissions, allow, grant, permissions

LIMITS = Limits(max_bytes=1000, timeout_s=5.0, total_s=20.0)


class Site(BaseHTTPRequestHandler):
    stopped = threading.Event()

    def do_GET(self) -> None:
        moved = {"/moved": "/page", "/to-a-file": "file:///etc/hostname", "/to-ftp": "ftp://127.0.0.1/a"}
        moved |= {"/to-private": f"http://127.0.0.2:{self.server.server_port}/page"}  # type: ignore[attr-defined]
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.end_headers()
            return
        if self.path.startswith("/drip"):
            self.drip()
            return
        pages = {"/page": b"a page", "/large": b"0" * 1001}
        self.send_response(200 if self.path in pages else 404)
        self.end_headers()
        self.wfile.write(pages.get(self.path, b""))

    def drip(self) -> None:
        """Sends the head or the body a byte at a time, each well within the timeout, without end."""
        if self.path == "/drip-body":
            self.send_response(200)
            self.end_headers()
        with suppress(OSError):
            while not self.stopped.wait(0.02):
                self.wfile.write(b"a")

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Site.stopped.clear()
    with allow(hosts=["127.0.0.1"]):
        yield f"http://127.0.0.1:{server.server_port}"
    Site.stopped.set()
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


@pytest.mark.parametrize("path", ["/drip-head", "/drip-body"])
def test_a_server_that_sends_a_byte_at_a_time_is_given_up_at_the_limit(site: str, path: str) -> None:
    with pytest.raises(OSError, match=r"longer than 0\.3 seconds"):
        download(f"{site}{path}", io.BytesIO(), Limits(max_bytes=1000, timeout_s=5.0, total_s=0.3))


def test_nothing_is_connected_to_without_permission(site: str) -> None:
    with (
        grant(Permissions()),
        pytest.raises(ForbiddenHostError, match=r"127\.0\.0\.1, which is not a public"),
    ):
        download(f"{site}/page", io.BytesIO(), LIMITS)
    with grant(Permissions()), pytest.raises(ForbiddenHostError, match="downloads are not allowed"):
        download("http://93.184.215.14/page", io.BytesIO(), LIMITS)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "127.0.0.%31",
        "10.1.2.3",
        "169.254.169.254",
        "[fe80::1]",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    with allow(download=True), pytest.raises(ForbiddenHostError, match="is not a public address"):
        download(f"http://{host}:9/page", io.BytesIO(), LIMITS)


def test_no_name_is_resolved_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: pytest.fail("asked a name server"))
    with pytest.raises(ForbiddenHostError, match=r"at example\.org, and downloads are not allowed"):
        download("http://example.org/page", io.BytesIO(), LIMITS)


def test_a_redirect_to_a_private_address_is_refused(site: str) -> None:
    with allow(download=True), pytest.raises(ForbiddenHostError, match=r"at 127\.0\.0\.2, which is not"):
        download(f"{site}/to-private", io.BytesIO(), LIMITS)


def test_the_address_that_was_checked_is_the_one_connected_to(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere when it is asked again (DNS rebinding) gains nothing."""
    port = int(site.rpartition(":")[2])
    answers = iter(["93.184.215.14", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, *args: object, **more: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    connected: list[object] = []

    def refuse(address: object) -> None:
        connected.append(address)
        raise OSError("not connected")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: refuse(address))
    with grant(Permissions(download=True)), pytest.raises(OSError, match="not connected"):
        download(f"http://rebound.example:{port}/page", io.BytesIO(), LIMITS)
    assert asked == ["rebound.example"] and connected == [("93.184.215.14", port)]


@pytest.mark.parametrize(
    "target", ["http://10.0.0.5/page", "http://localhost/page", "http://127.0.0.%31/page"]
)
def test_a_proxy_of_the_environment_is_used_and_the_host_behind_it_checked(
    site: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site)
    out = io.BytesIO()
    with grant(Permissions(download=True)):
        with pytest.raises(ForbiddenHostError, match="is not a public address"):
            download(target, out, LIMITS)
        with pytest.raises(OSError, match="HTTP 404"):  # the proxy was asked for the whole URL
            download("http://93.184.215.14/page", out, LIMITS)


@pytest.mark.parametrize(
    ("address", "expected"), [("8.8.8.8", True), ("2606:4700::1111", True), ("::1", False)]
)
def test_public_addresses_are_told_from_others(address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is expected


def test_permissions_end_with_their_block() -> None:
    with allow(pickle=True), allow(download=True):
        assert permissions() == Permissions(pickle=True, download=True)
    assert permissions() == Permissions()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]"]
)
def test_a_private_address_is_known_without_asking_the_network(host: str) -> None:
    with pytest.raises(ForbiddenHostError, match="not a public address"):
        check_url(Permissions(download=True), f"http://{host}/a.png")


@pytest.mark.parametrize("host", ["example.org", "fade.example", "9.9.9.9"])
def test_a_name_or_a_public_address_may_be_asked_with_permission(host: str) -> None:
    check_url(Permissions(download=True), f"http://{host}/a.png")
    with pytest.raises(ForbiddenHostError, match="downloads are not allowed"):
        check_url(Permissions(), f"http://{host}/a.png")
