"""Folders of networks of transformers: how they are found, and what is said about those that do not fit."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.core.permissions import allow
from animator.errors import AllowDownload, AllowPickle, ModelError
from animator.models.controlnet.preprocessors.networks import DEPTH_PRO, PEOPLE, POSE, SEGMENTS
from animator.models.diffusion.checkpoints.library import Library
from animator.models.pretrained.find import find_network
from animator.models.pretrained.load import load_network
from tests.animator.models.controlnet import tiny_networks

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_networks.segformer(folder / "cityscapes", dict.fromkeys(range(19), "street"))
    tiny_networks.segformer(folder / "segments")
    tiny_networks.vitpose(folder / "pose")
    return folder


def test_a_network_is_found_by_its_path_its_name_or_what_it_is(models: Path) -> None:
    library = Library((models,))
    for name in (str(models / "segments"), "Segments", ""):
        assert find_network(SEGMENTS, name, library) == models / "segments"
    assert find_network(POSE, "", library) == models / "pose"


def test_where_there_is_none_it_says_what_where_and_how(models: Path) -> None:
    with pytest.raises(ModelError) as caught:
        find_network(PEOPLE, "", Library((models,)))
    message = str(caught.value)
    for part in ("is not given", str(models), "finds people", "PekingU/rtdetr", "preprocessor_detector"):
        assert part in message
    with pytest.raises(ModelError, match=r"no-such: there is no such folder, .* finds people"):
        find_network(PEOPLE, "no-such", Library((models,)))
    with pytest.raises(ModelError, match=r"model\.safetensors: is a file; expected the folder"):
        find_network(POSE, str(models / "pose" / "model.safetensors"), Library())


def test_the_hub_is_asked_only_where_that_is_permitted(models: Path) -> None:
    with pytest.raises(ModelError, match="nobody/nothing: there is no such folder") as caught:
        find_network(POSE, "nobody/nothing", Library((models,)))
    assert isinstance(caught.value.hint, AllowDownload)
    with allow(download=True):
        assert find_network(POSE, "nobody/nothing", Library((models,))) is None


def test_a_network_of_another_kind_is_refused_by_its_config(models: Path) -> None:
    library = Library((models,))
    with pytest.raises(ModelError, match=r"pose: is a model of type 'vitpose'; expected .* type upernet,"):
        find_network(SEGMENTS, "pose", library)
    with pytest.raises(ModelError, match="cityscapes: has 19 classes; those of ADE20K are 150"):
        find_network(SEGMENTS, "cityscapes", library)


def test_labels_decide(tmp_path: Path) -> None:
    few = tiny_networks.vitpose(tmp_path / "few", {0: "nose", 1: "tail"})
    with pytest.raises(ModelError, match="finds 2 points; a body has 17"):
        find_network(POSE, str(few), Library())
    animals = tiny_networks.rt_detr(tmp_path / "animals", {0: "cat", 1: "dog"})
    with pytest.raises(ModelError, match="has no class 'person'"):
        find_network(PEOPLE, str(animals), Library())
    relative = tiny_networks.depth_pro(tmp_path / "relative", sees_field=False)
    with pytest.raises(ModelError, match="without which there are no meters"):
        find_network(DEPTH_PRO, str(relative), Library())


def changed(folder: Path, name: str, **values: Any) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "config.json").unlink(), r"has no config\.json"),
        (lambda f: (f / "config.json").write_text("{"), r"config\.json: is not JSON"),
        (lambda f: (f / "preprocessor_config.json").unlink(), r"has no preprocessor_config\.json"),
        (lambda f: (f / "model.safetensors").unlink(), r"has no weights; expected model\.safetensors"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 40), r"model\.safetensors"),
        (lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "can run code"),
        (lambda f: changed(f, "config.json", auto_map={"AutoModel": "x.Y"}), "names a program"),
        (lambda f: changed(f, "config.json", hidden_sizes=[10**9] * 4), "expected at most"),
        (
            lambda f: changed(f, "preprocessor_config.json", size={"height": 90000, "width": 9}),
            "have height 90000; expected at most 4096 pixels",
        ),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_before_it_loads(
    tmp_path: Path, change: Any, message: str
) -> None:
    folder = tiny_networks.segformer(tmp_path / "segments")
    change(folder)
    with pytest.raises(ModelError, match=message) as caught:
        find_network(SEGMENTS, str(folder), Library())
    assert ("can run code" in message) == isinstance(caught.value.hint, AllowPickle)


@pytest.mark.filterwarnings("ignore")
def test_damaged_and_hostile_networks_have_our_errors_when_they_load(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tiny_networks.segformer(tmp_path / "segments")
    weights = load_file(folder / "model.safetensors")
    dropped = {name: value for name, value in weights.items() if "classifier" not in name}
    save_file(dropped, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 2 weights, such as decode_head\.classifier\.bias"):
        load_network(SEGMENTS, str(folder), Library(), CPU)
    save_file({**weights, "decode_head.classifier.bias": torch.zeros(3)}, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"preprocessor_model: .* cannot be loaded"):
        load_network(SEGMENTS, str(folder), Library(), CPU)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    changed(folder, "config.json", num_attention_heads=[3, 5, 0, "x"])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_network(SEGMENTS, str(folder), Library(), CPU)
