"""Models merged into one."""

from collections.abc import Callable
from pathlib import Path

import diffusers
import pytest
import torch

from animator.errors import ModelError, UserError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.merge import merge_models, plan_merge, usual_weights
from tests.animator.cli.in_process import animator
from tests.animator.models.diffusion import tiny_models
from tests.animator.models.diffusion.lora_files import factors, kohya

Folder = Callable[[str], Path]


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two more models, and a LoRA, of the tiny sd1."""
    place = tmp_path_factory.mktemp("others")
    for seed in (7, 8):
        tiny_models.write_folder("sd1", place / f"sd1-{seed}", seed)
    kohya(factors(tiny_models.pipeline("sd1"), 3), place / "lora.safetensors", 2.0)
    return place


def test_weights_are_weighted_means(folder_of: Folder, others: Path, tmp_path: Path) -> None:
    names = [str(folder_of("sd1")), str(others / "sd1-7"), str(others / "sd1-8")]
    merge_models(plan_merge(names, [0.3, 0.1], Library()), tmp_path / "out", "fp32")
    made, *parts = (
        diffusers.StableDiffusionPipeline.from_pretrained(name) for name in (tmp_path / "out", *names)
    )
    for part in ("unet", "text_encoder"):
        own = [getattr(pipeline, part).state_dict() for pipeline in parts]
        for name, tensor in getattr(made, part).state_dict().items():
            if tensor.is_floating_point():
                expected = own[0][name] * 0.6 + own[1][name] * 0.3 + own[2][name] * 0.1
                assert torch.allclose(tensor, expected, atol=1e-6)
    first = parts[0].vae.state_dict()
    assert all(torch.equal(tensor, first[name]) for name, tensor in made.vae.state_dict().items())


def test_a_lora_is_baked_in(folder_of: Folder, others: Path, tmp_path: Path) -> None:
    lora = others / "lora.safetensors"
    plan = plan_merge([str(folder_of("sd1")), str(lora)], [0.7], Library())
    assert plan.loras == ((lora, 0.7),) and plan.others == ()
    merge_models(plan, tmp_path / "out", "fp32")
    made, fused = (
        diffusers.StableDiffusionPipeline.from_pretrained(name)
        for name in (tmp_path / "out", folder_of("sd1"))
    )
    fused.load_lora_weights(str(lora))
    fused.fuse_lora(lora_scale=0.7)
    fused.unload_lora_weights()
    for part in ("unet", "text_encoder"):
        expected = getattr(fused, part).state_dict()
        for name, tensor in getattr(made, part).state_dict().items():
            assert torch.allclose(tensor, expected[name], atol=1e-5), name


def test_weights_left_open_are_equal_shares(folder_of: Folder, others: Path) -> None:
    names = [str(folder_of("sd1")), str(others / "sd1-7"), str(others / "lora.safetensors")]
    assert usual_weights(names, Library()) == [0.5, 1.0]


def test_models_of_two_bases_are_refused_before_they_load(folder_of: Folder, others: Path) -> None:
    with pytest.raises(ModelError, match="is SDXL, and"):
        plan_merge([str(folder_of("sd1")), str(folder_of("sdxl"))], [0.5], Library())
    with pytest.raises(UserError, match="1 models after the first and 2 weights"):
        plan_merge([str(folder_of("sd1")), str(others / "sd1-7")], [0.5, 1], Library())
    with pytest.raises(ModelError, match="there is no such"):
        plan_merge([str(folder_of("sd1")), "nothere.safetensors"], [0.5], Library())


def test_a_folder_that_exists_is_kept(
    folder_of: Folder, others: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    command = ("merge", folder_of("sd1"), others / "sd1-7", "-o")
    code, said = animator(capsys, *command, tmp_path / "out")
    assert code == 2 and "exists; choose another name" in said
    code, said = animator(capsys, *command, tmp_path / "new")
    assert code == 0 and said.splitlines()[-1] == f"0.5 of {others / 'sd1-7'}"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
