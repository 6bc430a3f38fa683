"""LoRA files act on networks whose weights stay packed, as they do on plain ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.network_files.packed import PackedLinear
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.animator.models.diffusion.network_files.conftest import NetworkFile
from tests.opened import open_stable

PACKED = ("fp8", "Q8_0")
LAYER = "transformer_blocks.0.attn.to_k"


@pytest.fixture
def packed(
    network_file: NetworkFile, folder_of: Callable[[str], Path], tmp_path: Path
) -> Callable[[str], StableDiffuser]:
    """Opens a packed Flux with LoRA files beside it."""

    def open_form(form: str) -> StableDiffuser:
        options = LoadOptions(Library((tmp_path,)), parts=str(folder_of("flux")))
        return open_stable(str(network_file("flux", form)), torch.device("cpu"), options)

    generator = torch.Generator().manual_seed(1)
    down, up = torch.randn(4, 32, generator=generator), torch.randn(32, 4, generator=generator)
    names = {"A": down, "B": up}
    lora = {f"transformer.{LAYER}.lora_{name}.weight": tensor for name, tensor in names.items()}
    lora["transformer.proj_out.lora_A.weight"] = down.clone()
    lora["transformer.proj_out.lora_B.weight"] = torch.randn(64, 4, generator=generator)
    save_file(lora, tmp_path / "ink.safetensors")
    dora = {**lora, f"transformer.{LAYER}.lora_magnitude_vector": torch.rand(32, generator=generator)}
    save_file(dora, tmp_path / "dora.safetensors")
    return open_form


def layer_of(diffuser: StableDiffuser) -> PackedLinear:
    engine = diffuser.engine()
    assert isinstance(engine, FlowEngine)
    layer = engine.transformer.get_submodule(LAYER)
    assert isinstance(layer, PackedLinear)
    return layer


def drawn(diffuser: StableDiffuser, asked: GenerationRequest, prompt: str) -> Tensor:
    return diffuser.generate(replace(asked, prompt=PromptFrame(prompt, "")))


@pytest.mark.parametrize("form", PACKED)
@pytest.mark.parametrize("name", ["ink", "dora"])
def test_a_lora_changes_packed_weights_as_it_changes_others(
    packed: Callable[[str], StableDiffuser], request_: GenerationRequest, form: str, name: str
) -> None:
    diffuser = packed(form)
    plain = drawn(diffuser, request_, "a cat")
    layer = layer_of(diffuser)
    before, bits = layer.unpacked(), layer.packed.clone()
    assert (drawn(diffuser, request_, f"a cat <lora:{name}:0.5>") - plain).abs().mean() > 1e-4
    delta = layer.unpacked() - before
    assert float(delta.abs().mean()) > 0.01
    if name == "ink":  # linear in its weight
        drawn(diffuser, request_, "a cat <lora:ink:1>")
        assert torch.allclose(layer.unpacked() - before, 2 * delta, atol=1e-4)
    assert torch.equal(drawn(diffuser, request_, "a cat <lora:ink:0>"), plain)
    assert torch.equal(drawn(diffuser, request_, "a cat"), plain)
    assert layer.change is None and torch.equal(layer.packed, bits)


def test_a_packed_layer_computes_what_its_weights_say(packed: Callable[[str], StableDiffuser]) -> None:
    layer = layer_of(packed("Q8_0"))
    inputs = torch.randn(3, 32, generator=torch.Generator().manual_seed(2))
    assert torch.equal(layer(inputs), torch.nn.functional.linear(inputs, layer.unpacked(), layer.bias))
    assert layer.weight.is_meta and layer.weight.shape == (32, 32)
