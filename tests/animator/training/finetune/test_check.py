"""What is wrong with a training is said at once, before a model loads, each mistake with its place."""

import re
from pathlib import Path
from typing import Any

import pytest

from animator.errors import ModelError, PresetError
from tests.animator.training.finetune.trainings import checked, train, write_images


def messages(kind: str, images: Path, place: Path, **settings: Any) -> dict[str, str]:
    """The problems of a training by their settings."""
    with pytest.raises(PresetError) as caught:
        checked(kind, images, place, **settings)
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("kind", "settings", "path", "words"),
    [
        ("lora", {"rate": "fast"}, "rate", "expected a number such as 1e-4"),
        ("lora", {"steps": 0}, "steps", "1"),
        ("lora", {"size": 63}, "size", "multiples of 8"),
        ("lora", {"name": "a:b"}, "name", ""),
        ("lora", {"name": "../evil"}, "name", ""),
        ("lora", {"model": "nothere.safetensors"}, "model", "there is no such"),
        ("lora", {"colour": 3}, "colour", "unknown"),
        ("lora", {"lora": {"rank": 5000}}, "lora.rank", "1024"),
        ("embedding", {"data.template": "a cat"}, "data.template", r"without \[name\]"),
        ("embedding", {"data.caption_dropout": 0.5}, "data.caption_dropout", "teaches it nothing"),
        ("embedding", {"text_encoder": True}, "text_encoder", "leaves text encoders alone"),
        ("embedding", {"concepts.0.class_prompt": "a cat"}, "concepts.0.class_prompt", "changes nothing"),
        ("hypernetwork", {"hypernetwork.layers": [2, 1]}, "hypernetwork.layers", "begin and end with 1"),
        ("hypernetwork", {"hypernetwork.layers": [1, 1e9, 1]}, "hypernetwork.layers", "at most 64"),
        ("hypernetwork", {"hypernetwork.dropouts": [0.1]}, "hypernetwork.dropouts", "one for each layer"),
        ("hypernetwork", {"hypernetwork.activation": "magic"}, "hypernetwork.activation", "unknown"),
        ("lora", {"data.template_file": "none.txt"}, "data.template_file", "there is no such file"),
        ("lora", {"concepts.0.class_folder": "classes"}, "concepts.0.class_prompt", "say what the images"),
        ("lora", {"clip_skip": 12}, "clip_skip", "layers"),
    ],
)
def test_a_setting_that_cannot_be(
    kind: str, settings: dict[str, Any], path: str, words: str, images: Path, tmp_path: Path
) -> None:
    found = messages(kind, images, tmp_path, **settings)
    assert list(found) == [path]
    assert re.search(words, found[path])


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "images", 2, captions="a cat")
    (folder / "00.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (folder / "01.txt").write_bytes(b"\xff\xfe\x00")
    (folder / "02.png").write_text("no image")
    (folder / "02.txt").write_text("a cat")
    found = messages("embedding", folder, tmp_path, model="nothere.ckpt", **{"data.template": "a cat"})
    assert set(found) == {"model", "data.template", "concepts.0.folder"}
    with pytest.raises(PresetError) as caught:
        checked("lora", folder, tmp_path)
    said = str(caught.value)
    assert "3 problems" in said and all(name in said for name in ("00.png", "01.txt", "02.png"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "fast", "colour": 1},
        {"lora": {"rank": 0}},
        {"name": "a/b"},
        {"size": "large"},
        {"concepts.0.repeats": 0},
        {"hypernetwork.layers": [1, "x", 1]},
        {"lora": 3},
    ],
)
def test_wrong_values_hide_no_broken_images(tmp_path: Path, wrong: dict[str, Any]) -> None:
    folder = write_images(tmp_path / "images", 2)
    (folder / "00.png").write_bytes(b"no image")
    found = messages("lora", folder, tmp_path, **wrong)
    assert "00.png" in found.pop("concepts.0.folder") and found


def test_folders_without_images_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no images" in messages("lora", tmp_path / "empty", tmp_path)["concepts.0.folder"]
    assert "is not a folder" in messages("lora", tmp_path / "nothere", tmp_path)["concepts.0.folder"]
    (tmp_path / "file.png").write_bytes(b"")
    assert "is not a folder" in messages("lora", tmp_path / "file.png", tmp_path)["concepts.0.folder"]


def test_a_result_that_exists_is_kept(images: Path, tmp_path: Path) -> None:
    kept = tmp_path / "models" / "thing.safetensors"
    kept.parent.mkdir()
    kept.write_text("somebody's")
    assert "exists" in messages("lora", images, tmp_path)["name"]
    assert checked("lora", images, tmp_path, overwrite=True).settings.overwrite
    assert kept.read_text() == "somebody's"


def test_a_missing_caption_is_said(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "images", 2, captions="a cat")
    (folder / "01.txt").unlink()
    assert "give the image its caption" in messages("lora", folder, tmp_path)["concepts.0.folder"]


def test_widths_that_the_model_does_not_have_are_said(images: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"7: the model's attention has inputs of the widths"):
        train("hypernetwork", images, tmp_path, hypernetwork={"modules": [7]})
