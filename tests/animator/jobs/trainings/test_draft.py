"""Settings of trainings that strangers send."""

from pathlib import Path

import pytest

from animator.core.confinement import Confinement, confined
from animator.errors import PresetError
from animator.jobs.trainings.draft import check_request, draft_of_training, training_of
from tests.animator.training.finetune.trainings import write_images

SMALL = {"name": "thing", "size": 64, "steps": 4, "kind": "hypernetwork"}


def _confinement(place: Path) -> Confinement:
    return Confinement((place / "inputs",), (place / "models",))


def _problems(place: Path, folder: str, **settings: object) -> dict[str, str]:
    with confined(_confinement(place)), pytest.raises(PresetError) as failed:
        check_request(*draft_of_training({**SMALL, **settings}, folder, place / "models"))
    return {problem.path: problem.message for problem in failed.value.problems}


def test_a_folder_is_found_in_those_that_settings_may_name(tmp_path: Path) -> None:
    write_images(tmp_path / "inputs" / "robot")
    with confined(_confinement(tmp_path)):
        request, checked = check_request(*draft_of_training(SMALL, "robot", tmp_path / "models"))
        assert training_of(request) == checked
    assert [example.path.parent.name for example in checked.examples] == ["robot"] * 3
    assert checked.settings.model_folders == (str(tmp_path / "models"),)


def test_folders_of_concepts_have_their_repeats_and_may_be_told_more_about(tmp_path: Path) -> None:
    write_images(tmp_path / "inputs" / "toys" / "3_a robot")
    settings = {**SMALL, "concepts.0.class_prompt": "a toy"}
    with confined(_confinement(tmp_path)):
        draft, problems = draft_of_training(settings, "toys", tmp_path / "models")
        concept = check_request(draft, problems)[1].settings.concepts[0]
    assert (concept.prompt, concept.repeats, concept.class_prompt) == ("a robot", 3, "a toy")


@pytest.mark.parametrize("folder", ["..", "/etc", "~", "robot/../..", "\\\\host\\share", "a\0b"])
def test_no_folder_elsewhere_is_read_and_other_problems_are_told_with_it(tmp_path: Path, folder: str) -> None:
    problems = _problems(tmp_path, folder, steps=0)
    assert "is not inside a folder that these settings may read" in problems["concepts.0.folder"]
    assert "steps" in problems


def test_a_folder_that_is_only_in_the_working_directory_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_images(tmp_path / "secret")
    monkeypatch.chdir(tmp_path)
    assert "looked for in the folders" in _problems(tmp_path, "secret")["concepts.0.folder"]


def test_links_out_of_the_folders_are_not_followed(tmp_path: Path) -> None:
    robot = write_images(tmp_path / "inputs" / "robot", captions="a robot")
    secret = tmp_path / "secret.txt"
    secret.write_text("what nobody may read")
    (robot / "00.txt").unlink()
    (robot / "00.txt").symlink_to(secret)
    (robot / "03.png").symlink_to(write_images(tmp_path / "secret") / "00.png")
    (robot / "03.txt").write_text("a robot")
    with confined(_confinement(tmp_path)), pytest.raises(PresetError) as failed:
        check_request(*draft_of_training(SMALL, "robot", tmp_path / "models"))
    told = str(failed.value)
    assert told.count("is not inside a folder") == 2 and "what nobody may read" not in told


@pytest.mark.parametrize("name", ["out", "model_folders"])
def test_where_results_go_is_not_for_requests_to_say(tmp_path: Path, name: str) -> None:
    write_images(tmp_path / "inputs" / "robot")
    assert "whoever started the server" in _problems(tmp_path, "robot", **{name: "elsewhere"})[name]


@pytest.mark.parametrize(
    "settings",
    [
        {"concepts": "robot"},
        {"concepts": [1]},
        {"concepts": {"folder": "robot"}},
        {"data": []},
        {"lora.rank.deeper": 1},
        {"": 1},
        {"model": "../../model"},
        {"data": {"template_file": "/etc/passwd"}},
        {"name": "../thing"},
        {"preview": {"prompts": [["a"]]}},
    ],
)
def test_whatever_is_sent_only_a_preset_error_comes_back(tmp_path: Path, settings: dict[str, object]) -> None:
    write_images(tmp_path / "inputs" / "robot")
    assert _problems(tmp_path, "robot", **settings)
