"""What is said of models: by their metadata, and by the files that the web UI and others put beside them."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from animator.core.confinement import Confinement, confined
from animator.models.diffusion.checkpoints.description import MAX_WORDS, ModelDescription, describe_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that nothing is said of."""
    path = tmp_path / "ink.v1.safetensors"
    path.write_bytes(b"no header")
    return path


def with_metadata(path: Path, **metadata: str) -> Path:
    save_file(
        {"a": np.zeros(1, np.float32)}, path, {key.replace("__", "."): v for key, v in metadata.items()}
    )
    return path


def beside(model: Path, suffix: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (model.parent / f"{model.stem}{suffix}").write_text(text)


def test_nothing_is_said_of_a_bare_file(model: Path) -> None:
    assert describe_model(model) == ModelDescription()
    assert describe_model(model.parent / "gone.safetensors") == ModelDescription()


def test_the_words_of_the_header_s_trainer_are_found(model: Path) -> None:
    with_metadata(
        model,
        modelspec__title="Ink",
        modelspec__description="Brush and ink",
        modelspec__trigger_phrase="inkwash, brush",
        ss_base_model_version="sd_v1",
    )
    assert describe_model(model) == ModelDescription(
        "Ink", "Brush and ink", "sd_v1", ("inkwash", "brush"), None
    )


def test_tags_of_the_training_images_come_by_their_number(model: Path) -> None:
    tags = {"10_a": {"lake": 2, "ink style": 30}, "5_b": {"lake": 9, "tree": 1}}
    with_metadata(model, ss_tag_frequency=json.dumps(tags))
    assert describe_model(model).trigger_words == ("ink style", "lake", "tree")


def test_the_web_ui_s_file_is_read(model: Path) -> None:
    beside(model, ".json", {"activation text": "inkwash", "description": "By A.", "sd version": "SD1"})
    described = describe_model(model)
    assert (described.trigger_words, described.text, described.base) == (("inkwash",), "By A.", "SD1")


def test_the_file_of_a_model_site_s_manager_comes_first(model: Path) -> None:
    with_metadata(model, modelspec__title="Other", modelspec__trigger_phrase="late")
    beside(
        model,
        ".civitai.info",
        {"trainedWords": ["first", "second, third"], "baseModel": "SD 1.5", "model": {"name": "Ink wash"}},
    )
    described = describe_model(model)
    assert (described.title, described.base) == ("Ink wash", "SD 1.5")
    assert described.trigger_words == ("first", "second, third", "late")


def test_a_text_beside_a_model_describes_it(model: Path) -> None:
    beside(model, ".txt", "For landscapes.")
    assert describe_model(model).text == "For landscapes."


@pytest.mark.parametrize("suffix", [".preview.png", ".png", ".jpg", ".preview.webp"])
def test_an_image_beside_a_model_is_its_preview(model: Path, suffix: str) -> None:
    beside(model, suffix, "an image")
    assert describe_model(model).preview == model.parent / f"{model.stem}{suffix}"


def test_a_folder_is_named_by_its_whole_name(tmp_path: Path) -> None:
    folder = tmp_path / "ink-1.0"
    folder.mkdir()
    (tmp_path / "ink-1.png").write_text("of another model")
    assert describe_model(folder).preview is None
    (tmp_path / "ink-1.0.png").write_text("an image")
    assert describe_model(folder).preview == tmp_path / "ink-1.0.png"


def test_a_preview_that_leads_out_of_the_confinement_is_none(model: Path, tmp_path: Path) -> None:
    folder, outside = tmp_path / "models", tmp_path / "secret.png"
    folder.mkdir()
    outside.write_bytes(b"secret")
    moved = model.rename(folder / model.name)
    (folder / f"{moved.stem}.png").symlink_to(outside)
    with confined(Confinement((), (folder,))):
        assert describe_model(moved).preview is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "[" * 100_000, '{"trainedWords": 1, "model": 2}', '{"activation text": [1, null, {}]}'],
)
def test_broken_files_beside_a_model_say_nothing(model: Path, content: str) -> None:
    for suffix in (".json", ".civitai.info"):
        beside(model, suffix, content)
    with_metadata(model, ss_tag_frequency=content)
    assert describe_model(model) == ModelDescription()


def test_texts_of_strangers_are_bounded_and_printable(model: Path) -> None:
    words = [f"word{number}\x1b[31m" for number in range(1000)]
    beside(model, ".civitai.info", {"trainedWords": words, "description": "x" * 100_000})
    described = describe_model(model)
    assert len(described.trigger_words) == MAX_WORDS
    assert described.trigger_words[0] == "word0\\x1b[31m"
    assert len(described.text) == 2000
