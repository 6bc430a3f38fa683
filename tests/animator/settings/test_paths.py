"""Folders in which the files that settings name are searched."""

import json
from pathlib import Path

import pytest
from PIL import Image

from animator.errors import PresetError
from animator.presets.deforum import import_settings
from animator.presets.load import load
from animator.presets.resolve_paths import file_settings
from animator.settings.paths import find


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `films` beside the working directory `here`."""
    (tmp_path / "films").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def image(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8)).save(path)
    return path


def preset(home: Path, text: str = "init: {image: pictures/start.png}") -> Path:
    path = home / "films" / "film.yaml"
    path.write_text(text)
    return path


def test_beside_the_preset_comes_first_then_the_working_directory(home: Path) -> None:
    image(home / "here" / "pictures" / "start.png")
    assert load(preset(home)).init.image == "pictures/start.png"
    beside = image(home / "films" / "pictures" / "start.png")
    assert load(preset(home)).init.image == str(beside)


def test_a_preset_of_the_working_directory_keeps_its_relative_paths(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset(home)
    image(home / "films" / "pictures" / "start.png")
    monkeypatch.chdir(home / "films")
    assert load(Path("film.yaml")).init.image == "pictures/start.png"


def test_a_missing_file_is_reported_with_both_places(home: Path) -> None:
    with pytest.raises(PresetError) as caught:
        load(preset(home))
    message = str(caught.value)
    assert f"init.image: pictures/start.png: there is no such file (looked for in {home}/films" in message
    assert f"and in {home}/here)" in message


def test_what_is_set_on_the_command_line_is_from_the_working_directory(home: Path) -> None:
    image(home / "films" / "pictures" / "start.png")
    with pytest.raises(PresetError, match=r"no such file \(looked for in [^ ]*/here\)"):
        load(preset(home), ["init.image=pictures/start.png"])


def test_each_preset_of_a_chain_has_its_own_folder(home: Path) -> None:
    image(home / "films" / "base" / "start.png")
    (home / "films" / "base" / "base.yaml").write_text("init: {image: start.png}")
    found = load(preset(home, "extends: base/base.yaml\ninit: {strength: 0.5}"))
    assert (found.init.image, found.init.strength) == (str(home / "films" / "base" / "start.png"), 0.5)


def test_settings_files_and_their_clips_are_looked_for_beside_them(home: Path) -> None:
    settings = {"use_init": True, "init_image": "start.png", "max_frames": 3}
    path = home / "films" / "film_settings.txt"
    path.write_text(json.dumps(settings))
    beside = image(home / "films" / "start.png")
    assert load(path).init.image == str(beside)
    assert import_settings(settings, "film.txt").values["init"]["image"] == "start.png"


def test_a_folder_is_not_an_image(home: Path) -> None:
    (home / "films" / "pictures" / "start.png").mkdir(parents=True)
    with pytest.raises(PresetError, match="there is no such file"):
        load(preset(home))


def test_a_models_name_stays_a_name_and_its_path_is_found_beside(home: Path) -> None:
    (home / "films" / "starter").mkdir()
    assert load(preset(home, "model: starter")).model == "starter"
    model = home / "films" / "checkpoints" / "my"
    model.mkdir(parents=True)
    (model / "model_index.json").write_text("{}")
    assert load(preset(home, "model: checkpoints/my")).model == str(model)
    with pytest.raises(PresetError, match=r"looked for in [^ ]*/films and in [^ ]*/here"):
        load(preset(home, "model: checkpoints/other.safetensors"))


def test_an_absolute_path_and_a_home_are_only_themselves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    start = image(home / "start.png")
    assert find("~/start.png", home / "films") == start
    assert find(str(start), None) == start
    with pytest.raises(PresetError, match=r"/no/such\.png: there is no such file$"):
        load(preset(home, "init: {image: /no/such.png}"))


def test_the_settings_that_name_files_are_known() -> None:
    known = {".".join(path): kind.kind for path, kind in file_settings().items()}
    assert (known["init.image"], known["video.path"], known["model"]) == ("image", "clip", "name")
