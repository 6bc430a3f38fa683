"""Models in single files of the original layout: taught, and written by dreambooth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import load_file

from animator.errors import PresetError
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.save_pipeline import save_checkpoint
from tests.animator.models.diffusion import tiny_models
from tests.animator.training.finetune.trainings import checked, equal, state, train

ModelOf = Callable[[str], str]
FAMILIES = {
    "sd1": "StableDiffusionPipeline",
    "sd2": "StableDiffusionPipeline",
    "sdxl": "StableDiffusionXLPipeline",
}
ADDED = ("position_ids", "logit_scale", "alphas_cumprod", "cond_stage_model.model.text_projection")
"""What the makers' files have besides, which no program needs."""


def single(family: str, place: Path, model_of: ModelOf) -> dict[str, Any]:
    """Settings of a training of a tiny model in one file, whose sizes are not those of its family."""
    path = tiny_models.write_file(family, place / f"{family}.safetensors")
    return {"model": str(path), "architecture": model_of(family)}


@pytest.mark.parametrize("kind", ["sd1", "sd1-inpaint", "sd2", "sd2-v", "sdxl"])
def test_a_written_file_has_the_names_of_the_makers(kind: str, tmp_path: Path) -> None:
    family = kind.partition("-")[0]
    save_checkpoint(tiny_models.pipeline(kind), family, tmp_path / "own.safetensors", {"a": "b"})
    made = load_file(tmp_path / "own.safetensors")
    expected = {
        name: tensor
        for name, tensor in load_file(tiny_models.write_file(kind, tmp_path / "by.safetensors")).items()
        if not name.endswith(ADDED)
    }
    assert equal(made, expected)
    found = identify(tmp_path / "own.safetensors")
    assert (found.what, found.family) == ("checkpoint", family)


@pytest.mark.parametrize("kind", ["lora", "embedding", "hypernetwork", "dreambooth"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_single_file_is_taught_as_its_folder_is(
    family: str, kind: str, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    rate = {"dreambooth": "1e-3"}.get(kind, "1e-2")
    single_file = single(family, tmp_path, model_of)
    trained = train(kind, images, tmp_path / "file", rate=rate, steps=1, **single_file)
    train(kind, images, tmp_path / "folder", rate=rate, steps=1, model=model_of(family))
    assert trained.result is not None and trained.result.exists()
    one, other = (
        {name: tensor for name, tensor in state(tmp_path / place).items() if name.startswith("exp_avg/")}
        for place in ("file", "folder")
    )
    assert one.keys() == other.keys()
    scale = max(tensor.abs().max() for tensor in one.values())  # of the gradients
    assert all((one[name] - other[name]).abs().max() < 1e-4 * scale for name in one)


@pytest.mark.parametrize("family", FAMILIES)
def test_dreambooth_writes_a_file_that_diffusers_reads(
    family: str, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"rate": "1e-3"}
    settings |= {"text_encoder": family == "sdxl", "dreambooth": {"format": "safetensors"}}
    trained = train("dreambooth", images, tmp_path, **single(family, tmp_path, model_of), **settings)
    assert trained.result == tmp_path / "models" / "thing.safetensors"
    loaded = getattr(diffusers, FAMILIES[family]).from_single_file(
        str(trained.result), config=model_of(family), local_files_only=True
    )
    weights = {
        name.removeprefix("weight/"): tensor
        for name, tensor in state(tmp_path).items()
        if name.startswith("weight/")
    }
    assert any(name.startswith("text_encoder_2.") for name in weights) == (family == "sdxl")
    for name, tensor in weights.items():
        part, _, path = name.partition(".")
        assert torch.equal(loaded.components[part].get_parameter(path), tensor)


def test_a_result_is_replaced_where_that_is_asked_for(
    images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"model": model_of("sd1"), "rate": "1e-3"}
    first = train("dreambooth", images, tmp_path, **settings).result
    assert first is not None
    before = load_file(first / "unet" / "diffusion_pytorch_model.safetensors")
    again = train("dreambooth", images, tmp_path, **settings, steps=6, overwrite=True).result
    assert again == first
    after = load_file(first / "unet" / "diffusion_pytorch_model.safetensors")
    assert not equal(before, after)
    assert sorted(path.name for path in first.parent.iterdir()) == ["thing"]


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"dreambooth.format": "safetensors"}, "dreambooth.format", "built-in model is written as diffusers"),
        ({"dreambooth.format": "ckpt"}, "dreambooth.format", "safetensors"),
        ({"architecture": "nothere"}, "architecture", "nothere"),
    ],
)
def test_what_cannot_be_written_is_said(
    settings: dict[str, Any], path: str, words: str, images: Path, tmp_path: Path
) -> None:
    with pytest.raises(PresetError) as caught:
        checked("dreambooth", images, tmp_path, **settings)
    (problem,) = caught.value.problems
    assert problem.path == path and words in problem.message


def test_class_images_of_an_architecture_of_its_own_are_asked_for(
    images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    single_file = single("sd1", tmp_path, model_of)
    with pytest.raises(PresetError, match="generates no class images"):
        checked("lora", images, tmp_path, **single_file, **{"concepts.0.class_prompt": "a toy"})
