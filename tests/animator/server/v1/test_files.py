"""Files of clients."""

import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from animator.presets.examples import examples
from animator.server.app import MAX_BODY
from animator.server.v1 import files
from tests.animator.server.v1.api import LAKE, Api
from tests.animator.server.v1.conftest import Serve

HELLO = b"hello"
SHA256 = hashlib.sha256(HELLO).hexdigest()
URL = "/api/v1/files"


def _stored(api: Api) -> list[str]:
    folder = api.context.options.uploads
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _thumbnail() -> bytes:
    return next(example.thumbnail for example in examples() if example.thumbnail).read_bytes()


def test_a_raw_body_is_stored_under_its_hash_with_the_suffix_of_its_name(api: Api) -> None:
    answer = api.client.post(URL, content=HELLO, params={"name": "../a/Notes.TXT"})
    assert answer.status_code == 201
    assert answer.json()["name"] == f"{SHA256}.txt"
    assert (answer.json()["size"], answer.json()["kind"]) == (5, "text")
    assert answer.headers["location"] == answer.json()["url"]
    assert _stored(api) == [f"{SHA256}.txt"]


def test_a_form_s_first_file_is_stored_and_its_other_fields_are_not(api: Api) -> None:
    answer = api.client.post(URL, data={"title": "x" * 70_000}, files={"file": ("a.txt", HELLO)})
    assert answer.status_code == 201
    assert answer.json()["sha256"] == SHA256
    assert _stored(api) == [f"{SHA256}.txt"]


def test_a_large_file_arrives_whole_through_a_form(api: Api) -> None:
    data = bytes(range(256)) * 20_000
    answer = api.client.post(URL, files={"file": ("clip.mp4", data)})
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    assert api.client.get(answer.json()["url"]).content == data


def test_the_same_bytes_are_stored_once(api: Api) -> None:
    first = api.client.post(URL, content=HELLO)
    second = api.client.post(URL, files={"file": ("b.txt", HELLO)})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["name"] == second.json()["name"] == SHA256


@pytest.mark.parametrize(
    ("name", "suffix"), [("", ".jpg"), ("a.exe", ".jpg"), ("a.png", ".png"), ("a.jpg\0.sh", ".jpg")]
)
def test_a_suffix_that_no_setting_needs_becomes_that_of_the_content(api: Api, name: str, suffix: str) -> None:
    answer = api.client.post(URL, content=_thumbnail(), params={"name": name})
    assert answer.json()["name"].removeprefix(answer.json()["sha256"]) == suffix


def test_settings_name_a_file_by_its_name(api: Api) -> None:
    name = api.client.post(URL, content=_thumbnail()).json()["name"]
    job = api.client.post("/api/v1/jobs", json={"preset": {**LAKE, "init": {"image": name}}})
    assert job.status_code == 201, job.text


def test_settings_cannot_name_a_file_outside(api: Api) -> None:
    answer = api.client.post("/api/v1/jobs", json={"preset": {**LAKE, "init": {"image": "/etc/passwd"}}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith("/init/image")


def test_files_are_listed_page_by_page(api: Api) -> None:
    names = {api.client.post(URL, content=bytes([number])).json()["name"] for number in range(5)}
    found, url = set(), f"{URL}?limit=2"
    while url:
        page = api.client.get(url).json()
        found |= {file["name"] for file in page["files"]}
        url = page["next"]
    assert found == names


def test_head_tells_whether_a_file_has_to_be_sent(api: Api) -> None:
    assert api.client.head(f"{URL}/{SHA256}").status_code == 404
    api.client.post(URL, content=HELLO)
    answer = api.client.head(f"{URL}/{SHA256}")
    assert (answer.status_code, answer.headers["content-length"]) == (200, "5")
    assert answer.headers["etag"] == f'"{SHA256}"'
    assert answer.headers["content-type"] == "application/octet-stream"


def test_a_deleted_file_is_gone_and_makes_room(serve: Serve) -> None:
    api = serve(max_uploads=8)
    api.client.post(URL, content=HELLO)
    refused = api.client.post(URL, content=b"12345678")
    assert refused.status_code == 507
    assert refused.headers["content-type"] == "application/problem+json"
    assert api.client.delete(f"{URL}/{SHA256}").status_code == 204
    assert api.client.delete(f"{URL}/{SHA256}").status_code == 404
    assert api.client.post(URL, content=b"12345678").status_code == 201


def test_a_refused_file_leaves_nothing_and_takes_no_room(serve: Serve) -> None:
    api = serve(max_uploads=5)
    assert api.client.post(URL, content=b"123456").status_code == 507
    assert _stored(api) == []
    assert api.client.post(URL, content=HELLO).status_code == 201


def _begin(api: Api, path: str, length: int, *, ends: bool = False) -> bytes:
    """Sends the beginning of a body, and perhaps that no more comes; returns what was answered."""
    port = api.client.base_url.port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=30) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\nhalf".encode())
        if ends:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_upload_that_breaks_off_leaves_nothing(api: Api) -> None:
    api.client.post(URL, content=HELLO)
    _begin(api, URL, 1000, ends=True)
    assert _stored(api) == [SHA256]


@pytest.mark.parametrize(("path", "limit"), [(URL, files.MAX_FILE), ("/api/v1/jobs", MAX_BODY)])
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(api: Api, path: str, limit: int) -> None:
    answer = _begin(api, path, limit + 1)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in answer
    assert _stored(api) == []


def test_a_body_without_a_length_is_limited_too(api: Api) -> None:
    answer = api.client.post("/api/v1/check", content=(b" " * 1_000_000 for _ in range(65)))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_may_be_larger_than_other_bodies(api: Api) -> None:
    answer = api.client.post(URL, content=(bytes(1_000_000) for _ in range(65)))
    assert (answer.status_code, answer.json()["size"]) == (201, 65_000_000)


def test_a_file_of_any_kind_is_not_looked_into_on_its_way(api: Api) -> None:
    body = b'{"half": "\\ud800"}'
    answer = api.client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["size"]) == (201, len(body))


def test_the_same_file_sent_twice_at_once_is_stored_once(api: Api) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: api.client.post(URL, content=bytes(300_000)), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(_stored(api)) == 1


FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (FORM, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--", "no file"),
        (FORM, b'--x\r\nContent-Disposition: form-data; filename="a"\r\n\r\nbc', "breaks off"),
        (FORM, b"nothing of the kind", "not a form"),
        ("multipart/form-data", b"--x--", ""),
        (f"multipart/form-data; boundary={'x' * 300}", b"", "not a form"),
    ],
)
def test_a_broken_form_is_a_problem(api: Api, kind: str, body: bytes, said: str) -> None:
    answer = api.client.post(URL, content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert _stored(api) == []


def test_what_a_killed_server_left_half_is_removed_when_it_starts_again(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "renders" / "uploads"
    folder.mkdir(parents=True)
    (folder / f".animator-{'0' * 16}.part").write_bytes(b"half")
    assert _stored(serve()) == []
