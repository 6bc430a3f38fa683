"""What a server has: examples, models and samplers."""

import os
import shutil
import time
from pathlib import Path

import pytest

from animator.models.diffusion.samplers.registry import METHODS
from animator.models.folders import VARIABLE, shared_folders
from animator.presets.examples import examples
from animator.starter import model_folder
from tests.animator.server.v1.api import Api
from tests.animator.server.v1.conftest import Serve


def test_every_example_is_listed_with_its_text_and_its_thumbnail(api: Api) -> None:
    listed = api.client.get("/api/v1/presets").json()["presets"]
    assert [preset["name"] for preset in listed] == [example.name for example in examples()]
    for preset, example in zip(listed, examples(), strict=True):
        assert api.client.get(preset["url"]).content == example.path.read_bytes()
        if example.thumbnail:
            thumbnail = api.client.get(preset["thumbnail_url"])
            assert thumbnail.content == example.thumbnail.read_bytes()
            assert thumbnail.headers["content-type"] == "image/jpeg"


def test_an_example_says_how_long_and_large_its_film_is(api: Api) -> None:
    listed = {preset["name"]: preset for preset in api.client.get("/api/v1/presets").json()["presets"]}
    assert (listed["flight"]["frames"], listed["flight"]["size"]) == (60, [384, 256])
    assert listed["flight"]["title"] == "A flight into a forest in 3D"


def test_every_example_can_be_submitted_by_its_name_and_as_the_object_it_is(api: Api) -> None:
    for example in examples():
        values = api.client.get(f"/api/v1/presets/{example.name}", params={"format": "json"}).json()
        for preset in (example.name, values):
            answer = api.client.post("/api/v1/jobs", json={"preset": preset})
            assert answer.status_code == 201, f"{example.name}: {answer.text}"


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fetc%2Fpasswd", "flight.yaml", "%00"])
def test_an_unknown_example_is_a_problem(api: Api, name: str) -> None:
    for url in (f"/api/v1/presets/{name}", f"/api/v1/presets/{name}/thumbnail"):
        assert api.client.get(url).status_code == 404


def test_a_path_is_not_the_name_of_a_preset(api: Api) -> None:
    path = str(next(iter(examples())).path)
    answer = api.client.post("/api/v1/jobs", json={"preset": path})
    assert answer.status_code == 422
    assert "is not the name of an example" in answer.json()["detail"]


def test_samplers_are_listed_with_their_aliases(api: Api) -> None:
    listed = api.client.get("/api/v1/samplers").json()
    assert [sampler["name"] for sampler in listed["samplers"]] == list(METHODS)
    assert "Karras" in listed["schedule_types"]
    assert {sampler["name"]: sampler["aliases"] for sampler in listed["samplers"]}["Euler a"] == [
        "euler ancestral"
    ]


def test_models_of_the_server_s_folders_are_listed_and_found_by_their_names(
    tmp_path: Path, serve: Serve
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(model_folder(), folder / "below" / "mine")
    (folder / "broken.safetensors").write_bytes(b"no model")
    api = serve(models=(folder,))
    listed = {model["name"]: model for model in api.client.get("/api/v1/models").json()["models"]}
    assert listed["mine"]["kind"] == "diffusers model"
    assert listed["mine"]["size"] > 1_000_000
    assert listed["broken.safetensors"]["kind"] == "broken file"
    assert str(tmp_path) not in listed["broken.safetensors"]["problem"]
    api.submit(overrides={"model": "mine"})


def test_hashes_of_models_come_later(api: Api) -> None:
    url = "/api/v1/models"
    first = api.client.get(url).json()["models"][0]
    assert (first["name"], first["sha256"]) == ("starter", None)
    while (known := api.client.get(url).json()["models"][0]["sha256"]) is None:
        time.sleep(0.1)
    assert len(known) == 64


def test_the_variable_of_model_folders_names_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    monkeypatch.setenv(VARIABLE, os.pathsep.join((str(one), str(two))))
    assert shared_folders() == (one, two)


def test_a_model_folder_whose_name_has_a_separator_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a:b"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    assert shared_folders() == (folder,)


def test_a_model_has_the_image_and_the_words_beside_it(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "ink.safetensors").write_bytes(b"no model")
    (folder / "ink.json").write_text('{"activation text": "inkwash"}')
    shutil.copy(next(example.thumbnail for example in examples() if example.thumbnail), folder / "ink.jpg")
    api = serve(models=(folder,))
    listed = {model["name"]: model for model in api.client.get("/api/v1/models").json()["models"]}
    assert listed["ink.safetensors"]["trigger_words"] == ["inkwash"]
    assert listed["ink.safetensors"]["has_preview"] and not listed["starter"]["has_preview"]
    image = api.client.get("/api/v1/models/preview", params={"name": "ink.safetensors", "width": 64})
    assert image.headers["content-type"] == "image/jpeg"
    for name in ("starter", "nothing", "../ink.safetensors"):
        assert api.client.get("/api/v1/models/preview", params={"name": name}).status_code == 404


def test_a_preview_that_is_no_image_is_a_problem(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "ink.safetensors").write_bytes(b"no model")
    (folder / "ink.png").write_bytes(b"no image")
    answer = serve(models=(folder,)).client.get("/api/v1/models/preview", params={"name": "ink.safetensors"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
