"""LoRA files of rarer forms: DoRA, biases, and Flux' in the layouts of kohya and the original network."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.layer_names import LAYER_NAMES
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from animator.models.diffusion.unet_model import UNetModel
from schedules import PromptFrame
from tests.animator.models.diffusion import tiny_models

NAME = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
PEFT = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
CONV = "lora_unet_down_blocks_0_resnets_0_conv1"
RANK = 4


def rand(*shape: int, seed: int = 3) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def layer_of(pipeline: Any) -> Any:
    return pipeline.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1.to_q


def apply(pipeline: Any, tensors: dict[str, Tensor], path: Path, weight: float = 1.0) -> None:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    LoraLayers("tiny", "sd1", UNetModel.of("tiny", pipeline).parts).apply(((path, weight, weight),))


UP, DOWN = rand(16, RANK), rand(RANK, 16, seed=4)
KOHYA = {f"{NAME}.lora_up.weight": UP, f"{NAME}.lora_down.weight": DOWN, f"{NAME}.alpha": torch.tensor(4.0)}
LENGTHS = rand(16, seed=5).abs() + 1


@pytest.mark.parametrize("weight", [1.0, 0.4])
@pytest.mark.parametrize(
    ("tensors", "axis"),
    [
        (KOHYA | {f"{NAME}.dora_scale": LENGTHS[:, None]}, 1),
        (KOHYA | {f"{NAME}.dora_scale": LENGTHS[None]}, 0),  # LyCORIS measures along the inputs
        (
            {
                f"{PEFT}.lora_B.weight": UP,
                f"{PEFT}.lora_A.weight": DOWN,
                f"{PEFT}.lora_magnitude_vector": LENGTHS,
            },
            1,
        ),
    ],
    ids=["kohya", "lycoris", "peft"],
)
def test_dora_gives_the_sum_its_own_lengths(
    tmp_path: Path, tensors: dict[str, Tensor], axis: int, weight: float
) -> None:
    made = tiny_models.pipeline("sd1")
    before = layer_of(made).weight.detach().clone()
    apply(made, tensors, tmp_path / "dora.safetensors", weight)
    whole = before + UP @ DOWN
    lengths = LENGTHS[:, None] if axis == 1 else LENGTHS[None]
    turned = whole * lengths / (whole**2).sum(axis, keepdim=True).sqrt()
    assert torch.allclose(layer_of(made).weight, before + weight * (turned - before), atol=1e-4)


def test_dora_of_a_convolution_and_of_the_wrong_length(tmp_path: Path) -> None:
    made = tiny_models.pipeline("sd1")
    conv = made.unet.down_blocks[0].resnets[0].conv1
    before = conv.weight.detach().clone()
    factors = {f"{CONV}.lora_up.weight": rand(16, 2, 1, 1), f"{CONV}.lora_down.weight": rand(2, 16, 3, 3)}
    lengths = {f"{CONV}.dora_scale": LENGTHS.reshape(1, 16, 1, 1)}
    apply(made, factors | lengths, tmp_path / "conv.safetensors")
    assert torch.allclose(torch.linalg.vector_norm(conv.weight, dim=(0, 2, 3)), LENGTHS, atol=1e-4)
    assert not torch.allclose(conv.weight, before)
    with pytest.raises(ModelError, match=r"conv1 has 9 magnitudes \(DoRA\), the model's 16 rows"):
        apply(made, factors | {f"{CONV}.dora_scale": torch.ones(9)}, tmp_path / "bad.safetensors")


def test_differences_of_biases_are_added(tmp_path: Path) -> None:
    made = tiny_models.pipeline("sd1")
    conv = made.unet.down_blocks[0].resnets[0].conv1
    before = conv.bias.detach().clone()
    apply(made, {f"{CONV}.diff_b": LENGTHS}, tmp_path / "bias.safetensors", 0.5)
    assert torch.allclose(conv.bias, before + 0.5 * LENGTHS, atol=1e-6)


INNER, MLP = 32, 128
ROWS = {
    "double_blocks_0_img_attn_qkv": 3 * INNER,
    "double_blocks_0_txt_attn_qkv": 3 * INNER,
    "double_blocks_0_img_attn_proj": INNER,
    "double_blocks_0_txt_attn_proj": INNER,
    "double_blocks_0_img_mlp_0": MLP,
    "double_blocks_0_img_mlp_2": INNER,
    "double_blocks_0_txt_mlp_0": MLP,
    "double_blocks_0_txt_mlp_2": INNER,
    "double_blocks_0_img_mod_lin": 6 * INNER,
    "double_blocks_0_txt_mod_lin": 6 * INNER,
    "single_blocks_0_linear1": 3 * INNER + MLP,
    "single_blocks_0_linear2": INNER,
    "single_blocks_0_modulation_lin": 3 * INNER,
}
COLUMNS = {"img_mlp_2": MLP, "txt_mlp_2": MLP, "linear2": INNER + MLP}
DOTTED = ("img_attn.", "txt_attn.", "img_mlp.", "txt_mlp.", "img_mod.", "txt_mod.", "modulation.")


def flux_factors() -> dict[str, tuple[Tensor, Tensor]]:
    """Up and down of every layer of the original network's blocks."""
    made = {}
    for seed, (name, rows) in enumerate(ROWS.items()):
        columns = next((wide for end, wide in COLUMNS.items() if name.endswith(end)), INNER)
        made[name] = rand(rows, RANK, seed=seed) * 0.3, rand(RANK, columns, seed=seed + 50)
    return made


def as_kohya(path: Path) -> Path:
    tensors: dict[str, Tensor] = {}
    for name, (up, down) in flux_factors().items():
        base = f"lora_unet_{name}"
        tensors |= {f"{base}.lora_up.weight": up, f"{base}.lora_down.weight": down}
        tensors[f"{base}.alpha"] = torch.tensor(2.0)
    base = "lora_te3_encoder_block_0_layer_0_SelfAttention_q"
    tensors |= {f"{base}.lora_up.weight": rand(32, RANK), f"{base}.lora_down.weight": rand(RANK, 32)}
    save_file(tensors, path)
    return path


def as_original(path: Path) -> Path:
    """The original network's dotted names, as node editors' trainers write them."""
    tensors: dict[str, Tensor] = {}
    for name, (up, down) in flux_factors().items():
        dotted = name.replace("_blocks_0_", "_blocks.0.")
        for part in DOTTED:
            dotted = dotted.replace(part.replace(".", "_"), part)
        tensors[f"diffusion_model.{dotted}.lora_B.weight"] = up
        tensors[f"diffusion_model.{dotted}.lora_A.weight"] = down / 2
    save_file(tensors, path)
    return path


def weights_of(pipeline: Any) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in pipeline.transformer.named_parameters()}


@pytest.mark.parametrize("write", [as_kohya, as_original])
def test_flux_layers_of_the_original_network_are_those_of_diffusers(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    """Held against diffusers' own conversion of kohya's file."""
    from diffusers.loaders.lora_conversion_utils import _convert_kohya_flux_lora_to_diffusers
    from safetensors.torch import load_file

    made = tiny_models.pipeline("flux")
    before = weights_of(made)
    parts = {"transformer": made.transformer, "text_encoder_3": made.text_encoder_2}
    LoraLayers("tiny", "flux", parts).apply(((write(tmp_path / "x.safetensors"), 1.0, 1.0),))
    kohya = {
        name: value
        for name, value in load_file(as_kohya(tmp_path / "k.safetensors")).items()
        if "_te3_" not in name
    }
    first = {name: kohya.pop(name) for name in list(kohya) if "single_blocks_0_linear1" in name}
    expected = _convert_kohya_flux_lora_to_diffusers(kohya)
    changes = {
        name.removeprefix("transformer.").removesuffix(".lora_B.weight"): up
        @ expected[name.replace("lora_B", "lora_A")]
        for name, up in expected.items()
        if "lora_B" in name
    }
    # Whose rows diffusers knows for Flux' real size only.
    up, down = (first[f"lora_unet_single_blocks_0_linear1.lora_{side}.weight"] for side in ("up", "down"))
    names = ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp")
    split = (up @ down / 2).split([INNER, INNER, INNER, MLP])
    changes |= {f"single_transformer_blocks.0.{name}": part for name, part in zip(names, split, strict=True)}
    for name, now in weights_of(made).items():
        added = changes.pop(name.removesuffix(".weight"), torch.zeros(1))
        assert torch.allclose(now - before[name], added.expand_as(now), atol=1e-4), name
    assert not changes


def test_the_last_layer_has_its_halves_swapped() -> None:
    ((name, rows),) = LAYER_NAMES["flux"].targets("final_layer_adaLN_modulation_1")
    assert name == "norm_out_linear"
    assert [part.within(64) for part in rows] == [slice(32, 64), slice(0, 32)]
    assert not any(LAYER_NAMES["flux"].targets(name) for name in ("double_blocks_3_unheard_of", "other"))


def test_a_kohya_file_for_flux_acts_through_a_prompt(
    folder_of: Callable[[str], Path], request_: GenerationRequest, tmp_path: Path
) -> None:
    as_kohya(tmp_path / "k.safetensors")
    diffuser = open_diffuser(str(folder_of("flux")), torch.device("cpu"), LoadOptions(Library((tmp_path,))))
    without = diffuser.generate(request_)
    image = diffuser.generate(replace(request_, prompt=PromptFrame("a red cat on a mat <lora:k:0.8>", "")))
    assert float((image - without).abs().mean()) > 1e-3
    sd1 = open_diffuser(str(folder_of("sd1")), torch.device("cpu"), LoadOptions(Library((tmp_path,))))
    with pytest.raises(ModelError, match=r"made for Flux or Chroma; the model .* is Stable Diffusion 1"):
        sd1.generate(replace(request_, prompt=PromptFrame("a cat <lora:k:0.8>", "")))
