"""What is known of a film before it renders."""

from pathlib import Path
from typing import Any

import pytest

from animator.runs.machine_speed import record_speed
from animator.settings.json_schema import preset_schema
from tests.animator.cli.in_process import animator
from tests.animator.server.v1.api import LAKE, Api
from tests.fakes import MEASURED

URL = "/api/v1/check"


def test_a_film_is_estimated(api: Api) -> None:
    answer = api.client.post(URL, json={"preset": {**LAKE, "fps": 2}, "labels": {"shot": "1"}})
    assert answer.status_code == 200
    result = answer.json()
    assert (result["ok"], result["errors"]) == (True, [])
    film = result["film"]
    assert (film["frames"], film["seconds"], film["size"]) == (4, 2, [64, 64])
    assert film["disk_bytes"] == 4 * 64 * 64 * 3
    assert film["steps"] > 0
    assert film["cpu_seconds"] > 0
    assert api.queue.find() == []


def test_the_time_to_render_is_a_rule_of_thumb_until_bench_has_measured(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANIMATOR_CACHE", str(tmp_path))
    film = api.client.post(URL, json={"preset": LAKE}).json()["film"]
    time = film["render_time"]
    assert (time["seconds"], time["device"], time["measured"]) == (film["cpu_seconds"], "cpu", None)
    assert time["text"].endswith("on this machine's CPU (rule of thumb; animator bench measures it)")
    record_speed(MEASURED)
    film = api.client.post(URL, json={"preset": LAKE}).json()["film"]
    time = film["render_time"]
    assert (time["device"], time["measured"]) == ("cuda", "2026-11-30")
    assert time["seconds"] > 1 > film["cpu_seconds"] > 0


def test_the_time_to_render_has_the_words_of_the_command(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANIMATOR_CACHE", str(tmp_path))
    record_speed(MEASURED)
    preset = tmp_path / "lake.yaml"
    preset.write_text("frames: 4\nsize: [64, 64]\nprompts: a lake\n")
    film = api.client.post(URL, json={"preset": preset.read_text()}).json()["film"]
    assert f"{preset}: {film['render_time']['text']}\n" in animator(capsys, "check", preset)[1]


def test_every_mistake_is_an_answer_with_its_pointer(api: Api) -> None:
    wrong = {**LAKE, "fps": -1, "diffusion": {"strength": "0:("}, "prompts": {"0": "a", "x/y": "b"}}
    answer = api.client.post(URL, json={"preset": wrong})
    assert answer.status_code == 200
    assert (answer.json()["ok"], answer.json()["film"]) == (False, None)
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert {"/fps", "/diffusion/strength"} <= pointers
    assert any(pointer.startswith("/prompts") for pointer in pointers)


def test_mistakes_of_a_text_have_their_lines(api: Api) -> None:
    answer = api.client.post(URL, json={"preset": "frames: 4\nprompts: a lake\nfps: -1\n"})
    assert [error["where"].split(":")[-2:] for error in answer.json()["errors"]] == [["3", "1"]]


def test_notes_of_an_import_are_told(api: Api) -> None:
    settings = {"max_frames": 4, "W": 64, "H": 64, "prompts": {"0": "a lake"}, "bogus": 1}
    result = api.client.post(URL, json={"settings": settings}).json()
    assert result["ok"], result
    assert any(note.startswith("bogus: is unknown") for note in result["notes"])


def test_a_submission_that_is_none_is_a_problem(api: Api) -> None:
    bodies: list[Any] = [{}, {"preset": LAKE, "settings": {}}, {"preset": LAKE, "no such": 1}, []]
    for body in bodies:
        assert api.client.post(URL, json=body).status_code == 422


def test_the_schema_of_presets_is_served(api: Api) -> None:
    answer = api.client.get("/api/v1/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == preset_schema()
