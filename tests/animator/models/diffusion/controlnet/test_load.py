"""ControlNet files: names, records, and errors for those that are not available."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.model_info import model_records
from animator.models.diffusion.controlnet.keys import flat_name
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.stable import open_diffuser
from animator.models.diffusion.unet_engine import UNetEngine
from tests.opened import engine_of

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


def test_nets_are_loaded_and_recorded_with_the_film(folder_of: Folder, nets: Path) -> None:
    options = LoadOptions(Library((nets,)), controlnets=("sd1-original", "sd1-folder"))
    diffuser = open_diffuser(str(folder_of("sd1")), CPU, options)
    records = model_records(diffuser, wait=True)
    assert [(record["name"], record["type"]) for record in records[1:]] == [
        ("sd1-original", "ControlNetModel"),
        ("sd1-folder", "ControlNetModel"),
    ]
    assert all(len(record["sha256"]) == 64 and record["bytes"] > 1e5 for record in records)


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("sd1", "sd1-fille", r"controlnet sd1-fille: there is no such .*did you mean `sd1-file`\? looked in"),
        ("sd1", "./gone.safetensors", r"controlnet \./gone\.safetensors: there is no such folder or file"),
        ("sd1", "sdxl-file", r"sdxl-file: was made for a base of width 80; the model .* a base of width 32"),
        ("sd1", "sdxl-folder", r"sdxl-folder: was made for a base of width 80"),
        ("qwen-image", "sd1-file", "a ControlNet: the model .* does not support it; Stable Diffusion 1"),
        ("sd1", "lora", r"controlnet lora: .*lora\.safetensors is not a ControlNet but a file of kind LoRA"),
        ("sd1", "union", r"union: .* lacks .*; it is not a ControlNet"),
        ("sd1", "cut", r"cut\.safetensors: is truncated"),
        ("sd1", "half", r"half: .* does not fit the model: \d+ of its layers are missing or of other sizes"),
        ("sd1", "sd1-pickled", r"\.pth files can run code .* allow pickled weights"),
    ],
)
def test_nets_that_are_not_available_are_reported(
    folder_of: Folder, broken: Path, kind: str, name: str, message: str, opened: Callable[[str], Any]
) -> None:
    engine = opened(kind).engine()
    if isinstance(engine, UNetEngine):
        engine = engine_of(engine.model, CPU, LoadOptions(Library((broken,))))
    with pytest.raises(ModelError, match=message):
        engine.guide((name,))


def test_they_are_reported_before_any_frame(folder_of: Folder, nets: Path) -> None:
    with pytest.raises(ModelError, match="controlnet gone: there is no such"):
        open_diffuser(str(folder_of("sd1")), CPU, LoadOptions(Library((nets,)), controlnets=("gone",)))


@pytest.fixture(scope="module")
def broken(nets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same, and with files that are no ControlNets, or no whole ones."""
    from safetensors.torch import load_file, save_file

    place = shutil.copytree(nets, tmp_path_factory.mktemp("broken"), dirs_exist_ok=True)
    tensors = load_file(nets / "sd1-file.safetensors")
    save_file({"lora_unet_x.lora_down.weight": torch.ones(2, 2)}, place / "lora.safetensors")
    save_file(
        {**tensors, "control_add_embedding.linear_1.weight": torch.ones(1)}, place / "union.safetensors"
    )
    (place / "cut.safetensors").write_bytes((nets / "sd1-file.safetensors").read_bytes()[:-500])
    half = {n: t for n, t in tensors.items() if not n.startswith("controlnet_down_blocks.3")}
    save_file(half, place / "half.safetensors")
    return place


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("control_model.input_hint_block.14.bias", "controlnet_cond_embedding_conv_out_bias"),
        ("control_model.input_hint_block.2.weight", "controlnet_cond_embedding_blocks_0_weight"),
        ("control_model.zero_convs.11.0.weight", "controlnet_down_blocks_11_weight"),
        ("control_model.middle_block_out.0.bias", "controlnet_mid_block_bias"),
        ("control_model.time_embed.0.weight", "time_embedding_linear_1_weight"),
        (
            "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight",
            "down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k_weight",
        ),
        ("down_blocks.0.downsamplers.0.conv.weight", "down_blocks_0_downsamplers_0_conv_weight"),
    ],
)
def test_names_are_those_of_diffusers(name: str, expected: str) -> None:
    assert flat_name(name) == expected
