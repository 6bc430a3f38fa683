"""Jobs of Deforum's API: their fields, their way through the phases, cancelling, their files."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from animator.film.index import index_of
from animator.jobs.request import JobRequest
from tests.animator.server.deforum.films import (
    Job,
    generates,
    look,
    render,
    settings,
    submit,
    wait,
)
from tests.animator.server.deforum.serving import Served, served

JOBS = "/deforum_api/jobs"
FIELDS = [
    "id",
    "status",
    "phase",
    "error_type",
    "phase_progress",
    "started_at",
    "last_updated",
    "execution_time",
    "update_interval_time",
    "updates",
    "message",
    "outdir",
    "timestring",
    "deforum_settings",
    "options_overrides",
]
PHASES = ["QUEUED", "PREPARING", "GENERATING", "POST_PROCESSING", "DONE"]


def test_a_job_that_waits_has_every_field(idle_server: Served) -> None:
    film, options = settings(), {"deforum_save_gen_info_as_srt": True, "of_another_tab": [1]}
    job = look(idle_server.client, submit(idle_server.client, film, options)[0])
    assert list(job) == FIELDS
    assert (job["status"], job["phase"], job["error_type"]) == ("ACCEPTED", "QUEUED", "NONE")
    assert (job["phase_progress"], job["updates"], job["update_interval_time"]) == (0, 0, 0)
    assert (job["message"], job["outdir"], job["timestring"]) == (None, None, None)
    assert job["started_at"] == job["last_updated"] and job["execution_time"] == 0
    assert abs(job["started_at"] - time.time()) < 600
    assert job["deforum_settings"] == [film] and job["options_overrides"] == options


def test_a_film_goes_through_the_phases_in_their_order(server: Served) -> None:
    job_id = submit(server.client, settings(40))[0]
    seen: list[Job] = []

    def has_ended(job: Job) -> bool:
        seen.append(job)
        return bool(job["status"] != "ACCEPTED")

    wait(server.client, job_id, has_ended)
    done, order = seen[-1], [PHASES.index(job["phase"]) for job in seen]
    progress = [job["phase_progress"] for job in seen if job["phase"] == "GENERATING"]
    assert order == sorted(order) and progress == sorted(progress) and len(set(progress)) > 2
    assert all((job["outdir"] is None) == (PHASES.index(job["phase"]) < 2) for job in seen)
    assert [job["updates"] for job in seen] == sorted(job["updates"] for job in seen)
    assert (done["status"], done["phase"], done["phase_progress"]) == ("SUCCEEDED", "DONE", 1.0)
    assert done["message"] is None and done["execution_time"] > 0 and done["update_interval_time"] > 0
    assert done["execution_time"] == pytest.approx(done["last_updated"] - done["started_at"])


def test_the_files_of_a_film_have_deforums_names(server: Served) -> None:
    job = render(server.client, settings(3, batch_name="lake_{seed}_{timestring}", make_gif=True))
    folder, timestring = Path(job["outdir"]), job["timestring"]
    assert re.fullmatch(r"\d{14}", timestring) and folder.name == f"lake_1_{timestring}"
    assert folder.parent == server.queue.renders.resolve()
    frames = [f"{timestring}_{frame:09d}.png" for frame in range(3)]
    names = [*frames, f"{timestring}.mp4", f"{timestring}.gif", f"{timestring}_settings.txt"]
    assert sorted(file.name for file in folder.glob("[!.]*")) == sorted(names)
    film = index_of(folder / f"{timestring}.mp4")
    assert (len(film), film.fps) == (3, 12.0)
    kept = json.loads((folder / f"{timestring}_settings.txt").read_text(encoding="utf-8"))
    assert (
        kept["seed"] == 1
        and kept["prompts"] == {"0": "a lake"}
        and kept["zoom"] == "0: (1.0025+0.002*sin(1.25*3.14*t/30))"
    )


def test_films_of_one_folder_have_timestrings_of_their_own(server: Served) -> None:
    ids = submit(server.client, [settings(1, batch_name="shared")] * 3)
    jobs = [wait(server.client, job) for job in ids]
    assert {job["outdir"] for job in jobs} == {str(server.queue.renders.resolve() / "shared")}
    assert len({job["timestring"] for job in jobs}) == 3


def test_frames_can_be_read_while_the_film_renders(server: Served) -> None:
    job_id = submit(server.client, settings(2000))[0]
    job = wait(server.client, job_id, generates)
    assert (Path(job["outdir"]) / f"{job['timestring']}_000000000.png").is_file()
    server.client.delete(f"{JOBS}/{job_id}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zoom": "0:(1.02"}, "zoom"),
        ({"max_frames": "many"}, "max_frames"),
        ({"prompts": "x"}, "prompts"),
    ],
)
def test_a_mistake_in_the_settings_is_a_terminal_error_with_the_whole_message(
    server: Served, change: dict[str, Any], said: str
) -> None:
    job = render(server.client, settings(2, **change))
    assert (job["status"], job["phase"], job["error_type"]) == ("FAILED", "PREPARING", "TERMINAL")
    assert said in job["message"] and str(next(iter(change.values()))) in job["message"]
    assert job["outdir"] is None


def test_a_wrong_option_is_a_terminal_error(server: Served) -> None:
    job = render(server.client, settings(2), {"deforum_ffmpeg_crf": "high"})
    assert (job["status"], job["error_type"]) == ("FAILED", "TERMINAL")
    assert "deforum_ffmpeg_crf" in job["message"]


def test_what_is_not_rendered_is_said_in_the_message(server: Served) -> None:
    job = render(server.client, settings(2, no_such_setting=1))
    assert job["status"] == "SUCCEEDED" and "no_such_setting" in job["message"]


def test_options_switch_subtitles_on(server: Served) -> None:
    options = {"deforum_save_gen_info_as_srt": True, "deforum_save_gen_info_as_srt_params": ["Seed"]}
    job = render(server.client, settings(2), options)
    text = (Path(job["outdir"]) / f"{job['timestring']}.srt").read_text(encoding="utf-8")
    assert text.startswith("1\n00:00:00,000 --> 00:00:00,083\nF#: 0; Cadence: false; Seed: 1\n")


def test_jobs_are_a_map_also_with_a_slash_at_the_end(idle_server: Served) -> None:
    ids = submit(idle_server.client, [settings(), settings()])
    for path in (JOBS, f"{JOBS}/"):
        answer = idle_server.client.get(path)
        assert answer.status_code == 200 and list(answer.json())[-2:] == ids
        assert all(key == job["id"] for key, job in answer.json().items())


def test_jobs_of_our_own_api_are_not_deforums(idle_server: Served) -> None:
    before = idle_server.client.get(JOBS).json()
    labels = {"api": "deforum", "deforum_job": "batch(1)-0", "deforum_batch": "batch(1)"}
    idle_server.queue.submit(JobRequest(settings=settings(), labels=labels))
    assert idle_server.client.get(JOBS).json() == before
    assert idle_server.client.get(f"{JOBS}/batch(1)-0").status_code == 404


def test_an_unknown_job_is_not_found(idle_server: Served) -> None:
    found, deleted = idle_server.client.get(f"{JOBS}/nope"), idle_server.client.delete(f"{JOBS}/nope")
    assert (found.status_code, found.json()) == (404, {"id": "nope", "status": "NOT FOUND"})
    assert deleted.status_code == 404 and deleted.json().keys() == {"id", "message"}
    assert idle_server.client.get(f"{JOBS}/nope/film").status_code == 404
    assert idle_server.client.put(JOBS).status_code == 405


def test_a_cancelled_job_stays_as_it_was(server: Served) -> None:
    client = server.client
    job_id = submit(client, settings(2000))[0]
    wait(client, job_id, generates)
    answer = client.delete(f"{JOBS}/{job_id}")
    assert (answer.status_code, answer.json()) == (200, {"id": job_id, "message": "Job cancelled."})
    cancelled = wait(client, job_id)
    assert (cancelled["status"], cancelled["phase"]) == ("CANCELLED", "GENERATING")
    assert 0 < cancelled["phase_progress"] < 1 and "Cancelled due to user request." in cancelled["message"]
    assert render(client, settings(1))["status"] == "SUCCEEDED"
    again = client.delete(f"{JOBS}/{job_id}")
    assert again.status_code == 400 and again.json().keys() == {"id", "message"}
    assert look(client, job_id) == cancelled


def test_a_cancelled_job_that_waited_is_never_rendered(server: Served) -> None:
    client = server.client
    first, second = submit(client, settings(2000))[0], submit(client, settings(1))[0]
    assert client.delete(f"{JOBS}/{second}").status_code == 200
    client.delete(f"{JOBS}/{first}")
    assert render(client, settings(1))["status"] == "SUCCEEDED"
    job = look(client, second)
    assert (job["status"], job["phase"], job["outdir"]) == ("CANCELLED", "QUEUED", None)


def test_the_other_jobs_of_a_batch_go_on_after_one_that_failed_or_was_cancelled(server: Served) -> None:
    client = server.client
    failing, endless, last = submit(client, [settings(2, max_frames="x"), settings(2000), settings(1)])
    wait(client, endless, generates)
    client.delete(f"{JOBS}/{endless}")
    statuses = [wait(client, job)["status"] for job in (failing, endless, last)]
    assert statuses == ["FAILED", "CANCELLED", "SUCCEEDED"]


def test_a_film_can_be_downloaded_without_a_shared_disk(idle_server: Served) -> None:
    job_id = submit(idle_server.client, settings())[0]
    ours = idle_server.queue.find()[0].id
    answer = idle_server.client.get(f"{JOBS}/{job_id}/film", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/api/v1/jobs/{ours}/film")


def test_the_downloaded_film_is_the_one_on_disk(server: Served) -> None:
    job = render(server.client, settings(2))
    answer = server.client.get(f"{JOBS}/{job['id']}/film")
    assert answer.status_code == 200 and answer.headers["content-type"] == "video/mp4"
    assert answer.content == (Path(job["outdir"]) / f"{job['timestring']}.mp4").read_bytes()


def test_jobs_are_there_again_when_the_server_starts_again(tmp_path: Path) -> None:
    with served(tmp_path, workers=0) as first:
        ids = submit(first.client, [settings(), settings()], {"deforum_ffmpeg_crf": 20})
        before = first.client.get(JOBS).json()
    with served(tmp_path, workers=0) as second:
        assert second.client.get(JOBS).json() == before and list(before) == ids
        assert second.client.get(f"/deforum_api/batches/{ids[0].rpartition('-')[0]}").status_code == 200


def test_unknown_settings_are_named_briefly_and_harmlessly(server: Served) -> None:
    known = settings(1)
    unknown = {f"no_such_{number}\x1b[2J": 1 for number in range(4 * len(known) - 1)} | {"x" * 5000: 1}
    job = render(server.client, known | unknown)
    lines = job["message"].splitlines()
    assert job["status"] == "SUCCEEDED" and "no_such_0\\x1b[2J" in lines[0]
    assert len(lines) <= 51 and max(map(len, lines)) <= 500
