"""The data set of the page of trainings, and what is known of its settings."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from animator.core.confinement import confined
from animator.errors import UserError
from animator.jobs.trainings.settings import OF_SERVER, training_groups
from animator.server.datasets import Datasets
from animator.server.options import ServerOptions
from animator.server.uploads import Uploads
from animator.studio.train.analysis import analyze_training
from animator.studio.train.data_folder import (
    add_upload,
    look_at_data,
    new_set_name,
    remove_image,
    set_name,
    write_caption,
)
from animator.studio.train.form import COMMON, MAIN, SECTIONS, setting_of
from animator.training.finetune.defaults import suits
from tests.animator.training.finetune.trainings import write_images

USUAL = suits("lora", is_built_in=True)


@pytest.fixture
def server(tmp_path: Path) -> Any:
    """What the functions need of a server."""
    options = ServerOptions(renders=tmp_path / "renders")
    uploads = Uploads(options.uploads, options.max_uploads)
    return SimpleNamespace(options=options, uploads=uploads, datasets=Datasets(options.datasets, uploads))


def _send(server: Any, place: Path, name: str) -> None:
    """Puts an image into the data set `robot` as a page does."""
    data = (write_images(place / "own", 1) / "00.png").read_bytes()
    with server.uploads.receive() as arrival:
        arrival.write(data)
        upload, _ = arrival.finish(name)
    add_upload(server, "robot", upload.sha256, name)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("datasets/robot", "robot"), ("datasets/", ""), ("robot", ""), ("datasets/../a", ""), ("a/robot", "")],
)
def test_only_data_sets_are_written(folder: str, name: str) -> None:
    assert set_name(folder) == name


def test_a_new_data_set_has_the_name_of_the_training_or_a_free_one() -> None:
    assert new_set_name("robo", []) == "robo"
    assert new_set_name("robo", ["robo", "robo 2"]) == "robo 3"
    assert new_set_name("../robo", ["images"]) == "images 2"


def test_every_setting_that_a_request_may_have_is_in_the_form() -> None:
    paths = {path for section in SECTIONS for path in section.paths} | {*MAIN, *COMMON}
    shown = {path.replace("concepts.0", "concepts") for path in paths}
    known = {setting.path for group in training_groups().values() for setting in group.settings}
    assert known - shown == {*OF_SERVER, "concepts.folder"}  # which the panel of the images has
    assert all(setting_of(path).path == path.replace("concepts.0", "concepts") for path in paths)


def test_images_get_captions_and_lose_them(server: Any, tmp_path: Path) -> None:
    _send(server, tmp_path, "C:\\a robot?.PNG")
    (image,) = look_at_data(server, "datasets/robot").files
    assert (image.name, image.caption) == ("C__a robot_.png", None)
    write_caption(server, "robot", image.name, "a robot")
    assert look_at_data(server, "datasets/robot").files[0].caption == "a robot"
    for text in ("", ""):
        write_caption(server, "robot", image.name, text)
    assert look_at_data(server, "datasets/robot").files[0].caption is None
    remove_image(server, "robot", image.name)
    assert look_at_data(server, "datasets/robot").files == ()
    with pytest.raises(UserError, match="is not in the data set"):
        remove_image(server, "robot", image.name)


def test_the_text_of_a_training_is_analyzed_with_its_folder(server: Any, tmp_path: Path) -> None:
    _send(server, tmp_path, "a robot.png")
    options = server.options
    with confined(options.confinement):
        found = analyze_training(options.trained_models, "name: a\nfolder: datasets/robot\n", 3)
        assert found.version == 3 and found.problems == () and found.request is not None
        assert found.plan is not None and (found.plan.images, found.plan.steps) == (1, USUAL.steps)
        for text in (
            "",
            "name: a\nfolder: [1]\n",
            "folder: ..\n",
            "steps: many\n",
            "- a\n",
            "a: [",
            "1: 2\n",
        ):
            wrong = analyze_training(options.trained_models, text, 0)
            assert wrong.problems and wrong.request is None
    assert analyze_training(options.trained_models, "name: a\n", 0).problem_of("folder")
