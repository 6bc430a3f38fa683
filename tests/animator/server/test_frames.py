"""Frames over HTTP, also while the film renders."""

import io
import threading
import time

import httpx2
import pytest
from PIL import Image

from animator.jobs.job import Job, JobState
from animator.jobs.request import JobRequest
from animator.runs.run import Run
from tests.animator.server.conftest import add_finished, add_running, frame_file
from tests.animator.server.running import Local, is_problem


def test_a_frame_is_sent_as_it_was_written(local: Local, finished: Job) -> None:
    answer = httpx2.get(local.jobs(finished.id, "frames/1.png"))
    assert answer.content == frame_file(finished, 1).read_bytes()
    assert answer.headers["content-type"] == "image/png"
    head = httpx2.head(local.jobs(finished.id, "frames/1.png"))
    assert head.status_code == 200 and int(head.headers["content-length"]) == len(answer.content)


def test_a_frame_is_sent_as_jpeg_of_a_quality_and_a_width(local: Local, finished: Job) -> None:
    url = local.jobs(finished.id, "frames/1.jpg")
    whole = httpx2.get(url, params={"quality": 100})
    small = httpx2.get(url, params={"quality": 20, "width": 16})
    assert whole.headers["content-type"] == small.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(whole.content)).size == (64, 64)
    assert Image.open(io.BytesIO(small.content)).size == (16, 16)
    assert Image.open(io.BytesIO(httpx2.get(url, params={"width": 999}).content)).size == (64, 64)
    red = Image.open(io.BytesIO(whole.content)).getpixel((5, 5))
    assert isinstance(red, tuple) and abs(red[0] - 51) <= 2  # the second of the grays


def test_the_preview_is_the_newest_frame_and_is_not_sent_twice(local: Local, finished: Job) -> None:
    url = local.jobs(finished.id, "preview.jpg")
    answer = httpx2.get(url)
    assert answer.headers["x-frame-number"] == "2"
    assert answer.headers["cache-control"] == "no-cache"
    again = httpx2.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    smaller = httpx2.get(url, params={"width": 8}, headers={"If-None-Match": answer.headers["etag"]})
    assert smaller.status_code == 200


def test_a_frame_that_is_not_there_says_how_many_are(local: Local, finished: Job) -> None:
    for part in ("frames/3.png", "frames/3.jpg", "frames/999999999.png"):
        answer = httpx2.get(local.jobs(finished.id, part))
        assert is_problem(answer, 404) and "3 of 3 frames are finished" in answer.json()["detail"], part


@pytest.mark.parametrize(
    "part",
    ["frames/-1.png", "frames/a.png", "frames/1e9.jpg", f"frames/{10**30}.png", "frames/0.jpg?quality=0",
     "frames/0.jpg?width=0", "preview.jpg?width=100000", "frames/0.jpg?quality=NaN"],
)  # fmt: skip
def test_a_number_that_is_none_is_refused(local: Local, finished: Job, part: str) -> None:
    assert is_problem(httpx2.get(local.jobs(finished.id, part)), 422)


def test_a_job_that_waits_has_no_frames(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset={}))
    local.queue.pause(job.id)
    for part in ("frames/0.png", "preview.jpg"):
        assert is_problem(httpx2.get(local.jobs(job.id, part)), 404)


def test_frames_of_an_earlier_rendering_are_not_shown(local: Local) -> None:
    job = add_finished(local)
    assert job.folder is not None
    log = job.folder / "frames.jsonl"
    first = log.read_text().splitlines(keepends=True)[0]
    with Run.open(job.folder) as run:
        run.rewind(run.checkpoints.load_before(0), run.animation)
    log.write_text(first)  # as it is while the second frame is rendered again
    assert httpx2.get(local.jobs(job.id, "preview.jpg")).headers["x-frame-number"] == "0"
    assert is_problem(httpx2.get(local.jobs(job.id, "frames/1.png")), 404)


def test_frames_are_there_although_their_metrics_are_gone(local: Local) -> None:
    job = add_finished(local)
    assert job.folder is not None
    (job.folder / "frames.jsonl").unlink()  # as its own error advises where it is broken
    assert httpx2.get(local.jobs(job.id, "preview.jpg")).headers["x-frame-number"] == "2"
    assert httpx2.get(local.jobs(job.id, "frames/1.png")).status_code == 200


def test_a_torn_frame_and_a_link_are_problems_not_failures(local: Local) -> None:
    job = add_finished(local)
    frame_file(job, 0).write_bytes(frame_file(job, 0).read_bytes()[:100])
    frame_file(job, 1).unlink()
    frame_file(job, 1).symlink_to(frame_file(job, 2))
    assert is_problem(httpx2.get(local.jobs(job.id, "frames/0.jpg")), 422)
    assert is_problem(httpx2.get(local.jobs(job.id, "frames/1.png")), 404)


def test_a_linked_folder_of_frames_is_not_followed(local: Local) -> None:
    job, other = add_finished(local), add_finished(local)
    assert job.folder is not None and other.folder is not None
    (job.folder / "frames").rename(job.folder / "moved")
    (job.folder / "frames").symlink_to(other.folder / "frames")
    assert is_problem(httpx2.get(local.jobs(job.id, "frames/0.png")), 404)


def test_the_stream_shows_every_frame_and_ends_with_the_job(local: Local) -> None:
    job, source = add_running(local), add_finished(local)
    assert job.folder is not None and source.folder is not None
    lines = (source.folder / "frames.jsonl").read_text().splitlines(keepends=True)
    (job.folder / "frames").mkdir(parents=True)
    shown = threading.Semaphore(0)

    def render() -> None:
        assert job.folder is not None
        for frame, line in enumerate(lines):
            frame_file(job, frame).write_bytes(frame_file(source, frame).read_bytes())
            with (job.folder / "frames.jsonl").open("a") as log:
                log.write(line)
            assert shown.acquire(timeout=30)
        local.queue.store.change(job.id, [JobState.RUNNING], state=JobState.SUCCEEDED, ended=time.time())

    thread = threading.Thread(target=render)
    thread.start()
    seen: list[str] = []
    with httpx2.stream("GET", local.jobs(job.id, "stream.mjpg"), timeout=30) as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace; boundary=")
        data = b""
        for chunk in answer.iter_bytes():
            data += chunk
            while b"\r\n--frame\r\n" in data:
                part, data = data.split(b"\r\n--frame\r\n", 1)
                if not part:  # before the first boundary
                    continue
                head, image = part.split(b"\r\n\r\n", 1)
                assert Image.open(io.BytesIO(image)).size == (64, 64)
                seen.append(head.decode().rpartition(" ")[2])
                shown.release()
    thread.join()
    assert seen == ["0", "1", "2"]


def test_the_stream_of_a_job_that_is_deleted_ends(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset={}))
    local.queue.pause(job.id)
    with httpx2.stream("GET", local.jobs(job.id, "stream.mjpg"), timeout=30) as answer:
        local.queue.delete(job.id)
        assert answer.read() == b"\r\n"


def test_a_stream_in_which_nothing_happens_stays_alive(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.server.v1.live.SILENT_S", 0.0)
    waiting = local.queue.submit(JobRequest(preset={}))
    local.queue.pause(waiting.id)
    with httpx2.stream("GET", local.jobs(waiting.id, "stream.mjpg"), timeout=30) as answer:
        silence = answer.iter_raw()
        assert [next(silence) for _ in range(3)] == [b"\r\n"] * 3
    stopped = add_finished(local)
    local.queue.redo(stopped.id, 0)
    local.queue.pause(stopped.id)
    with httpx2.stream("GET", local.jobs(stopped.id, "stream.mjpg"), timeout=30) as answer:
        data = b""
        for chunk in answer.iter_raw():
            data += chunk
            if data.count(b"X-Frame-Number: 2") == 2:
                break
    assert data.count(b"--frame\r\n") == 3


def test_the_stream_of_a_finished_job_shows_its_last_frame(local: Local, finished: Job) -> None:
    answer = httpx2.get(local.jobs(finished.id, "stream.mjpg?width=16"))
    assert answer.content.count(b"Content-Type: image/jpeg") == 1
    assert b"X-Frame-Number: 2" in answer.content
