"""Public files: fetched once, gone on with where a download broke off, and checked."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest

from animator.core.download import Limits
from animator.core.fetch import PublicFile, fetch
from animator.core.hosts import ForbiddenHostError
from animator.core.permissions import Permissions, allow, grant
from tests.site import serving

LIMITS = Limits(max_bytes=10_000_000, timeout_s=5.0, total_s=20.0)
DATA = bytes(range(256)) * 2000
SUM = hashlib.sha256(DATA).hexdigest()


class Store(BaseHTTPRequestHandler):
    """Serves `data` in ranges; sends `cut` bytes less than it announces, the first time."""

    data: ClassVar[bytes] = DATA
    tag: ClassVar[str] = '"one"'
    cut: ClassVar[int] = 0
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
            return
        span = self.headers.get("Range", "")
        Store.asked.append(span)
        start = int(span.removeprefix("bytes=").rstrip("-")) if span else 0
        if span and self.headers.get("If-Range") != self.tag:
            start = 0
        if start >= len(self.data):
            self.send_error(416)
            return
        body = self.data[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if self.tag:
            self.send_header("ETag", self.tag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.data) - 1}/{len(self.data)}")
        self.end_headers()
        self.wfile.write(body[: len(body) - Store.cut])
        Store.cut = 0

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in {"data": DATA, "tag": '"one"', "cut": 0, "asked": []}.items():
        monkeypatch.setattr(Store, name, value)
    with serving(Store, monkeypatch) as url, allow(hosts=["127.0.0.1"]):
        yield url


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


@pytest.mark.parametrize("path", ["/file", "/moved"])
def test_a_file_is_fetched_whole_and_leaves_nothing_beside_it(site: str, tmp_path: Path, path: str) -> None:
    target = tmp_path / "new" / "raft.pth"
    fetch(PublicFile(site + path, SUM), target, LIMITS)
    assert target.read_bytes() == DATA
    assert names(target.parent) == ["raft.pth"]


@pytest.mark.parametrize("path", ["/file", "/moved"])
def test_a_cut_download_goes_on_where_it_broke_off(site: str, tmp_path: Path, path: str) -> None:
    target = tmp_path / "raft.pth"
    Store.cut = 100_000
    with pytest.raises(OSError, match="100000 bytes less than it announced"):
        fetch(PublicFile(site + path, SUM), target, LIMITS)
    assert names(tmp_path) == ["raft.pth.part", "raft.pth.part.etag"]
    fetch(PublicFile(site + path, SUM), target, LIMITS)
    assert target.read_bytes() == DATA
    assert Store.asked == ["", f"bytes={len(DATA) - 100_000}-"]
    assert names(tmp_path) == ["raft.pth"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "raft.pth"
    Store.cut = 100_000
    with pytest.raises(OSError, match="less than it announced"):
        fetch(PublicFile(site + "/file"), target, LIMITS)
    monkeypatch.setattr(Store, "data", b"another" * 1000)
    monkeypatch.setattr(Store, "tag", '"two"')
    fetch(PublicFile(site + "/file"), target, LIMITS)
    assert target.read_bytes() == b"another" * 1000


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_nothing_is_kept_of_a_file_that_cannot_be_told_from_another(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setattr(Store, "tag", tag)
    Store.cut = 100_000
    with pytest.raises(OSError, match="less than it announced"):
        fetch(PublicFile(site + "/file", SUM), tmp_path / "raft.pth", LIMITS)
    assert names(tmp_path) == []


def test_a_part_that_is_whole_already_is_fetched_anew(site: str, tmp_path: Path) -> None:
    (tmp_path / "raft.pth.part").write_bytes(DATA)
    (tmp_path / "raft.pth.part.etag").write_text('"one"')
    fetch(PublicFile(site + "/file", SUM), tmp_path / "raft.pth", LIMITS)
    assert (tmp_path / "raft.pth").read_bytes() == DATA


@pytest.mark.parametrize("tag", ["", "a\nb", "x" * 2000])
def test_a_part_of_unknown_origin_is_fetched_anew(site: str, tmp_path: Path, tag: str) -> None:
    (tmp_path / "raft.pth.part").write_bytes(b"who knows")
    (tmp_path / "raft.pth.part.etag").write_text(tag)
    fetch(PublicFile(site + "/file", SUM), tmp_path / "raft.pth", LIMITS)
    assert (tmp_path / "raft.pth").read_bytes() == DATA
    assert Store.asked == [""]


def test_another_file_than_the_known_one_is_removed(site: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f"its SHA-256 is {SUM}, not the known one, {'0' * 64}"):
        fetch(PublicFile(site + "/file", "0" * 64), tmp_path / "raft.pth", LIMITS)
    assert names(tmp_path) == []


def test_a_checksum_that_nobody_knows_is_recorded_and_expected_from_then_on(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    target = tmp_path / "raft.pth"
    fetch(PublicFile(site + "/file"), target, LIMITS)
    assert "no checksum is known" in caplog.text and SUM in caplog.text
    assert (tmp_path / "raft.pth.sha256").read_text() == f"{SUM}  raft.pth\n"
    target.unlink()
    monkeypatch.setattr(Store, "data", b"another")
    with pytest.raises(OSError, match=r"not the recorded in .*raft\.pth\.sha256 one"):
        fetch(PublicFile(site + "/file"), target, LIMITS)
    assert not target.exists()


def test_a_file_that_is_there_is_not_asked_for(site: str, tmp_path: Path) -> None:
    (tmp_path / "raft.pth").write_bytes(b"mine")
    fetch(PublicFile(site + "/file", SUM), tmp_path / "raft.pth", LIMITS)
    assert (tmp_path / "raft.pth").read_bytes() == b"mine"
    assert Store.asked == []


def test_nothing_is_fetched_without_permission(site: str, tmp_path: Path) -> None:
    with grant(Permissions()), pytest.raises(ForbiddenHostError):
        fetch(PublicFile(site + "/file", SUM), tmp_path / "raft.pth", LIMITS)
    assert names(tmp_path) == []
    assert Store.asked == []
