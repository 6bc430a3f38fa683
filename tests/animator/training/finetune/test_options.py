"""Every setting of a training changes what it names."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import BaseModel
from torch import Tensor

from animator.generation.other_words import group_in
from animator.training.finetune.settings import TrainingSettings
from tests.animator.training.finetune.trainings import equal, state, train, write_images

LORA: dict[str, Any] = {
    "steps": 5,
    "rate": "5e-2",
    "text_encoder": True,
    "size": [64, 32],
    "batch": 2,
    "accumulate": 2,
    "seed": 5,
    "clip_skip": 2,
    "precision": "bf16",
    "data.captions": "names",
    "data.template": "another [name]",
    "data.fit": "crop",
    "data.flip": True,
    "data.alpha": "weight",
    "data.caption_dropout": 1.0,
    "optimizer.weight_decay": 0.9,
    "optimizer.warmup": 3,
    "optimizer.clip": 1e-6,
    "loss.noise_offset": 0.5,
    "loss.min_snr": 0.1,
    "concepts.0.prompt": "another thing",
    "concepts.0.class_prompt": "an image",
    "lora.rank": 4,
    "lora.alpha": 1.0,
    "lora.layers": "attention",
    "lora.dropout": 0.5,
}
"""Values that lead to other weights in a training of a LoRA."""
OF_KINDS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "text_rate": ("lora", "1e-5", {"text_encoder": True}),
    "data.shuffle_tags": ("lora", True, {"data": {"captions": "names"}}),
    "data.template_file": ("lora", "lines.txt", {}),
    "optimizer.clip_by": ("lora", "value", {"optimizer": {"clip": 1e-4}}),
    "loss.prior_weight": ("lora", 9.0, {"concepts.0.class_prompt": "an image", "concepts.0.class_images": 2}),
    "concepts.0.class_images": ("lora", 1, {"concepts.0.class_prompt": "an image"}),
    "concepts.0.class_folder": ("lora", "others", {"concepts.0.class_prompt": "an image"}),
    "embedding.initial_text": ("embedding", "a cat", {}),
    "embedding.vectors": ("embedding", 2, {}),
    "hypernetwork.modules": ("hypernetwork", [96], {}),
    "hypernetwork.layers": ("hypernetwork", [1, 1, 1], {}),
    "hypernetwork.activation": ("hypernetwork", "relu", {}),
    "hypernetwork.activate_output": ("hypernetwork", True, {"hypernetwork": {"activation": "relu"}}),
    "hypernetwork.initialization": ("hypernetwork", "xavier-normal", {}),
    "hypernetwork.layer_norm": ("hypernetwork", True, {}),
    "hypernetwork.dropouts": ("hypernetwork", [0, 0.5, 0], {}),
    "concepts.0.repeats": ("lora", 3, {"two": True}),
}
"""Those of other kinds, or beside other settings."""
ELSEWHERE = {
    "kind": "test_kinds",
    "name": "test_kinds",
    "model": "test_kinds",
    "model_folders": "finds models",
    "concepts.0.folder": "the images",
    "save_every": "changes no weights",
    "gradient_checkpointing": "changes no weights",
    "out": "test_kinds",
    "overwrite": "test_check",
    "trigger": "test_files",
    "lora.format": "test_files",
    "architecture": "test_single_files",
    "dreambooth.format": "test_single_files",
    "flow.timesteps": "test_flow",
    "flow.shift": "test_flow",
    "flow.guidance": "test_flow",
    "hypernetwork.format": "test_files",
}


def names(kind: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The names of all settings."""
    for name, field in kind.model_fields.items():
        group = group_in(field.annotation)
        if group is None:
            yield f"{prefix}{name}"
        else:
            yield from names(group, f"{prefix}{name}.{'0.' if name == 'concepts' else ''}")


def test_no_setting_is_forgotten() -> None:
    known = {*LORA, *OF_KINDS, *ELSEWHERE}
    found = {name for name in names(TrainingSettings) if not name.startswith("preview.")}
    assert found == known


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images of several sizes, one half transparent, with names in parts."""
    folder = tmp_path_factory.mktemp("pictures")
    write_images(folder / "in", 2, (96, 48))
    for index, path in enumerate(sorted((folder / "in").iterdir())):
        image = Image.open(path).convert("RGBA")
        image.paste((255, 0, 0, 0), (0, 0, 48, 48))
        image.save(folder / f"a red thing, on a mat, number {index}.png")
        path.unlink()
    (folder / "in").rmdir()
    return folder


def trained(kind: str, folder: Path, place: Path, settings: dict[str, Any]) -> dict[str, Tensor]:
    """The weights after two steps."""
    more = dict(settings)
    if more.pop("two", False):
        write_images(place / "second", 1)
        more["concepts"] = [{"folder": str(folder)}, {"folder": str(place / "second")}]
        if "concepts.0.repeats" in more:
            more["concepts"][0]["repeats"] = more.pop("concepts.0.repeats")
    base = {"steps": 3, "rate": "1e-2", "data.captions": "prompt", "lora.rank": 2}
    train(kind, folder, place, **{**base, **more})
    return {name: tensor for name, tensor in state(place).items() if name.startswith("weight/")}


@pytest.mark.parametrize("name", [*LORA, *OF_KINDS])
def test_it_changes_the_weights(
    name: str,
    pictures: Path,
    tmp_path: Path,
    plain: Callable[..., dict[str, Tensor]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lines.txt").write_text("one [name]\nanother [name]\n")
    write_images(tmp_path / "others", 2)
    kind, value, beside = OF_KINDS[name] if name in OF_KINDS else ("lora", LORA[name], {})
    before = plain(kind, beside)
    assert not equal(before, trained(kind, pictures, tmp_path / "changed", {**beside, name: value}))


@pytest.fixture(scope="session")
def plain(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Tensor]]:
    """The weights of trainings without the setting, each made once."""
    kept: dict[str, dict[str, Tensor]] = {}

    def of(kind: str, beside: dict[str, Any]) -> dict[str, Tensor]:
        key = f"{kind} {beside}"
        if key not in kept:
            kept[key] = trained(kind, pictures, tmp_path_factory.mktemp("plain"), beside)
        return kept[key]

    return of


def test_gradient_checkpointing_makes_the_same_weights(
    images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    model = model_of("sd1")
    train("lora", images, tmp_path / "plain", model=model)
    train("lora", images, tmp_path / "checkpointed", model=model, gradient_checkpointing=True)
    one, other = (state(tmp_path / name) for name in ("plain", "checkpointed"))
    assert all((one[name] - other[name]).abs().max() < 1e-6 for name in one)
