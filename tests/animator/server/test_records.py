"""Settings, log and metrics of a job over HTTP."""

import json

import httpx2
import pytest
import yaml

from animator.jobs.job import Job
from animator.jobs.request import JobRequest
from animator.presets.load import load
from animator.server.v1 import records
from tests.animator.server.conftest import SETTINGS, add_finished
from tests.animator.server.running import Local, is_problem


def test_the_settings_are_the_preset_of_the_run(local: Local, finished: Job) -> None:
    assert finished.folder is not None
    answer = httpx2.get(local.jobs(finished.id, "settings"))
    assert answer.headers["content-type"] == "application/yaml"
    assert answer.content == (finished.folder / "preset.yaml").read_bytes()
    assert load(answer.text).frames == 3


def test_the_settings_come_as_json_and_for_deforum(local: Local, finished: Job) -> None:
    url = local.jobs(finished.id, "settings")
    plain = httpx2.get(url, params={"format": "json"}).json()
    deforum = httpx2.get(url, params={"format": "deforum"}).json()
    assert plain["name"] == deforum["batch_name"] == SETTINGS["name"]
    assert plain["frames"] == deforum["max_frames"] == 3
    assert is_problem(httpx2.get(url, params={"format": "xml"}), 422)


def test_a_job_that_waits_has_the_settings_it_will_begin_with(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset=SETTINGS, overrides={"frames": 5}))
    answer = httpx2.get(local.jobs(job.id, "settings"))
    assert yaml.safe_load(answer.text)["frames"] == 5
    local.queue.cancel(job.id)


def test_linked_settings_are_not_followed(local: Local, finished: Job) -> None:
    job = add_finished(local)
    assert job.folder is not None and finished.folder is not None
    (job.folder / "preset.yaml").unlink()
    (job.folder / "preset.yaml").symlink_to(finished.folder / "preset.yaml")
    for query in ("", "?format=json"):
        assert httpx2.get(local.jobs(job.id, f"settings{query}")).status_code in (404, 422)


def test_the_log_says_what_happened(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset=SETTINGS))
    local.queue.store.add_event(job.id, "warning", {"message": "colors drift\nmuch"})
    local.queue.store.add_event(job.id, "output", {"path": "/home/somebody/film.mp4"})
    entries = httpx2.get(local.jobs(job.id, "log")).json()
    assert [(one["kind"], one["text"]) for one in entries] == [
        ("status", "queued"),
        ("warning", "colors drift\nmuch"),
        ("output", "film.mp4"),
    ]
    lines = httpx2.get(local.jobs(job.id, "log"), params={"format": "lines"}).text.splitlines()
    assert [json.loads(line) for line in lines] == entries
    assert httpx2.get(local.jobs(job.id)).json()["warnings"] == ["colors drift\nmuch"]
    local.queue.cancel(job.id)


def test_the_log_has_what_the_run_logged_once(local: Local) -> None:
    job = add_finished(local)
    assert job.folder is not None
    local.queue.store.add_event(job.id, "warning", {"message": "colors drift"})
    lines = [("2020-01-01T10:00:00.000+00:00", "info", "dark"), ("soon", "info", "x"),
             ("2020-01-01T11:00:00.000+01:00", "warning", "colors drift")]  # fmt: skip
    keys = ("time", "level", "message")
    text = "".join(f"{json.dumps(dict(zip(keys, line, strict=True)))}\n" for line in lines)
    (job.folder / "log.jsonl").write_text(text)
    entries = httpx2.get(local.jobs(job.id, "log")).json()
    assert entries[0] == {"time": "2020-01-01T10:00:00Z", "kind": "info", "text": "dark"}
    assert [entry["text"] for entry in entries].count("colors drift") == 1


def test_metrics_are_given_from_one_frame_to_another(local: Local, finished: Job) -> None:
    url = local.jobs(finished.id, "metrics")
    assert [line["frame"] for line in httpx2.get(url).json()["frames"]] == [0, 1, 2]
    page = httpx2.get(url, params={"from": 1, "to": 1}).json()
    assert [line["frame"] for line in page["frames"]] == [1]
    assert page["frames"][0]["red"] == 0.2
    assert is_problem(httpx2.get(url, params={"from": -1}), 422)


def test_metrics_of_long_films_come_in_pages(
    local: Local, finished: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_METRICS", 2)
    page = httpx2.get(local.jobs(finished.id, "metrics")).json()
    assert len(page["frames"]) == 2
    rest = httpx2.get(page["next"]).json()
    assert [line["frame"] for line in rest["frames"]] == [2] and rest["next"] is None
