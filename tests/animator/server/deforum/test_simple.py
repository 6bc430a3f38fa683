"""Deforum's simple API, and what its clients ask of A1111's."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from animator import __version__
from tests.animator.server.deforum.films import generates, settings, submit, wait
from tests.animator.server.deforum.serving import Served

RUN = "/deforum/run"
PROGRESS = "/sdapi/v1/progress"
STATE = {
    "skipped",
    "interrupted",
    "stopping_generation",
    "job",
    "job_count",
    "job_timestamp",
    "job_no",
    "sampling_step",
    "sampling_steps",
}


def run(server: Served, film: dict[str, Any], allowed: str | None = None) -> Any:
    names = ";".join(film) if allowed is None else allowed
    return server.client.post(RUN, params={"settings_json": json.dumps(film), "allowed_params": names})


def test_versions_are_told(idle_server: Served) -> None:
    assert idle_server.client.get("/deforum/api_version").json() == {"version": "1.0"}
    assert idle_server.client.get("/deforum/version").json() == {"version": __version__}


def test_a_run_ends_with_the_folder_of_the_finished_film(server: Served) -> None:
    answer = run(server, settings(2))
    assert answer.status_code == 200 and answer.json().keys() == {"outdir"}
    assert len([*Path(answer.json()["outdir"]).glob("*.mp4")]) == 1


def test_only_allowed_settings_count(server: Served) -> None:
    allowed = "W; H;max_frames;steps;prompts"
    answer = run(server, settings(2, fps=30), allowed)
    kept = json.loads(next(Path(answer.json()["outdir"]).glob("*_settings.txt")).read_text(encoding="utf-8"))
    assert kept["fps"] == 15 and kept["max_frames"] == 2


def test_a_run_that_fails_says_why(server: Served) -> None:
    answer = run(server, settings(2, zoom="0:(1.02"))
    assert answer.status_code == 500 and "zoom" in answer.json()["detail"]


@pytest.mark.parametrize("text", ["{broken", "", "[]", "1", '{"zoom": NaN}', "[" * 100_000])
def test_settings_that_are_no_object_are_refused(idle_server: Served, text: str) -> None:
    answer = idle_server.client.post(RUN, params={"settings_json": text[:20_000]})
    assert answer.status_code == 400 and "settings_json: " in answer.json()["detail"]


def test_a_run_without_settings_is_refused(idle_server: Served) -> None:
    answer = idle_server.client.post(RUN)
    assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["query", "settings_json"]


def test_many_waiting_runs_keep_nobody_from_other_answers(server: Served) -> None:
    with ThreadPoolExecutor(60) as pool:
        runs = [pool.submit(run, server, settings(1)) for _ in range(60)]
        while len(server.client.get("/deforum_api/jobs").json()) < 60:
            pass
        assert any(not job.done() for job in runs)
        assert [job.result().status_code for job in runs] == [200] * 60


def test_the_progress_of_nothing_is_zero(idle_server: Served) -> None:
    said = idle_server.client.get(PROGRESS).json()
    assert said.keys() == {"progress", "eta_relative", "state", "current_image", "textinfo"}
    assert (said["progress"], said["current_image"], said["state"]["job_count"]) == (0, None, 0)
    assert said["state"].keys() == STATE and isinstance(said["state"]["job_timestamp"], str)


def test_the_progress_of_a_film_has_its_newest_frame(server: Served) -> None:
    client = server.client
    job_id = submit(client, settings(2000))[0]
    wait(client, job_id, generates)
    said, bare = client.get(PROGRESS).json(), client.get(f"{PROGRESS}?skip_current_image=true").json()
    client.delete(f"/deforum_api/jobs/{job_id}")
    assert 0 < said["progress"] < 1 and said["state"]["job_count"] == 2000 and said["state"]["job_no"] > 0
    assert said["state"].keys() == STATE and bare["current_image"] is None and bare["progress"] > 0
    image = Image.open(io.BytesIO(base64.b64decode(said["current_image"])))
    assert (image.format, image.size) == ("JPEG", (64, 64))


def test_flags_say_that_films_are_rendered_on_the_cpu(idle_server: Served) -> None:
    assert idle_server.client.get("/sdapi/v1/cmd-flags").json()["use_cpu"] == ["all"]
