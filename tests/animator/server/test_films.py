"""Films over HTTP: whole, by ranges, only if changed, and before they are there."""

import httpx2
import pytest

from animator.jobs.job import Job
from animator.jobs.request import JobRequest
from tests.animator.server.conftest import add_finished, add_running
from tests.animator.server.running import Local, is_problem


@pytest.fixture(scope="module")
def url(local: Local, finished: Job) -> str:
    return local.jobs(finished.id, "film")


@pytest.fixture(scope="module")
def film(finished: Job) -> bytes:
    return finished.films[0].read_bytes()


def test_the_film_comes_with_what_a_player_needs(url: str, film: bytes) -> None:
    answer = httpx2.get(url)
    assert answer.content == film
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"lake_ _.mp4\"; filename*=UTF-8''lake%2C%20%C3%BC.mp4"
    )


def test_head_says_what_get_would_send(url: str, film: bytes) -> None:
    whole, head = httpx2.get(url), httpx2.head(url)
    assert head.status_code == 200 and head.content == b""
    assert int(head.headers["content-length"]) == len(film)
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-99", 0, 99), ("100-", 100, -1), ("-50", -50, -1), ("5-999999999999", 5, -1), ("-999999999", 0, -1)],
)
def test_a_range_gets_its_bytes(url: str, film: bytes, asked: str, first: int, last: int) -> None:
    answer = httpx2.get(url, headers={"Range": f"bytes={asked}"})
    expected = film[first:] if last == -1 else film[first : last + 1]
    start = len(film) + first if first < 0 else first
    assert answer.status_code == 206 and answer.content == expected
    stop = start + len(expected) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{stop}/{len(film)}"
    assert int(answer.headers["content-length"]) == len(expected)


@pytest.mark.parametrize("asked", ["999999999-", "999999999-9999999999", "-0", f"{10**25}-"])
def test_a_range_of_nothing_is_416_with_the_size(url: str, film: bytes, asked: str) -> None:
    answer = httpx2.get(url, headers={"Range": f"bytes={asked}"})
    assert is_problem(answer, 416)
    assert answer.headers["content-range"] == f"bytes */{len(film)}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-5", "bytes=-", "lines=0-1", "bytes=0-1,5-6", "bytes=a-b", "", "b"]
)
def test_a_range_that_is_none_gets_the_whole_film(url: str, film: bytes, asked: str) -> None:
    answer = httpx2.get(url, headers={"Range": asked})
    assert answer.status_code == 200 and answer.content == film


def test_a_client_that_has_the_film_gets_304(url: str) -> None:
    known = httpx2.get(url).headers
    for headers in (
        {"If-None-Match": known["etag"]},
        {"If-None-Match": f'"x", W/{known["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": known["last-modified"]},
    ):
        answer = httpx2.get(url, headers=headers)
        assert answer.status_code == 304 and answer.headers["etag"] == known["etag"], headers
    for headers in ({"If-None-Match": '"x"'}, {"If-Modified-Since": "yesterday"}):
        assert httpx2.get(url, headers=headers).status_code == 200


def test_a_download_of_another_film_begins_anew(url: str) -> None:
    etag = httpx2.get(url).headers["etag"]
    for known, status in ((etag, 206), ('"another"', 200), ("Mon, 30 Nov 2020 10:00:00 GMT", 200)):
        answer = httpx2.get(url, headers={"Range": "bytes=0-9", "If-Range": known})
        assert answer.status_code == status, known


def test_extra_videos_and_subtitles_have_their_own_urls(local: Local, finished: Job) -> None:
    outputs = {one["kind"]: one for one in httpx2.get(local.jobs(finished.id)).json()["outputs"]}
    assert list(outputs) == ["film", "extra", "subtitles", "settings", "log"]
    for kind, content_type in (("extra", "image/gif"), ("subtitles", "application/x-subrip")):
        answer = httpx2.get(outputs[kind]["url"])
        assert answer.headers["content-type"] == content_type
        assert len(answer.content) == outputs[kind]["size"]


@pytest.mark.parametrize("name", ["preset.yaml", "nothing.mp4", "..%2F..%2Fjobs.sqlite", ".lock", "%00"])
def test_only_listed_files_are_sent(local: Local, finished: Job, name: str) -> None:
    assert is_problem(httpx2.get(local.jobs(finished.id, f"films/{name}")), 404)


def test_a_film_that_is_not_finished_is_a_conflict_and_says_how_far_it_is(local: Local) -> None:
    job = add_running(local)
    answer = httpx2.get(local.jobs(job.id, "film"))
    assert is_problem(answer, 409)
    assert "0 of 3 frames" in answer.json()["detail"]
    assert httpx2.get(local.jobs(job.id)).json()["outputs"][0]["kind"] == "settings"


def test_a_job_that_was_canceled_has_no_film(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset={}))
    local.queue.cancel(job.id)
    answer = httpx2.get(local.jobs(job.id, "film"))
    assert is_problem(answer, 409) and "resume it" in answer.json()["detail"]


def test_a_link_in_the_place_of_a_film_is_not_followed(local: Local) -> None:
    job = add_finished(local)
    secret = local.queue.renders / "secret"
    secret.write_text("secret")
    job.films[0].unlink()
    job.films[0].symlink_to(secret)
    answer = httpx2.get(local.jobs(job.id, "film"))
    assert "secret" not in answer.text and answer.status_code in (404, 409)


def test_a_folder_that_is_gone_is_no_failure(local: Local) -> None:
    job = add_finished(local)
    assert job.folder is not None
    job.folder.rename(job.folder.with_name("gone"))
    for part in ("film", "preview.jpg", "frames/0.png", "frames/0.jpg"):
        assert httpx2.get(local.jobs(job.id, part)).status_code in (404, 409), part
    assert httpx2.get(local.jobs(job.id, "metrics")).json()["frames"] == []
    assert httpx2.get(local.jobs(job.id)).status_code == 200


def test_an_unknown_job_is_404_for_every_part(local: Local) -> None:
    for part in ("", "film", "films/a.mp4", "frames/0.png", "preview.jpg", "stream.mjpg", "settings", "log",
                 "metrics", "events"):  # fmt: skip
        assert is_problem(httpx2.get(local.jobs("nobody", part)), 404), part
