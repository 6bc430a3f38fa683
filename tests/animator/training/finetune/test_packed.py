"""LoRA for flow-matching networks in single files, whose weights may stay packed (fp8, GGUF)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from animator.generation.generate import generate
from animator.models.diffusion.network_files.packed import PackedLinear
from animator.training.finetune.attach import attach
from animator.training.finetune.open_model import open_model, open_pipeline, trainee_of
from tests.animator.models.diffusion.network_files import single_files
from tests.animator.models.diffusion.tiny_models import pipeline
from tests.animator.training.finetune.trainings import StopAfter, checked, equal, state, train

CPU = torch.device("cpu")
FORMS = ("plain", "fp8", "scaled fp8", "Q8_0")


@pytest.fixture
def model(model_of: Callable[[str], str], tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Settings of a training of Flux in one file, beside the folder with its rest."""

    def write(form: str) -> dict[str, Any]:
        tensors = single_files.original(pipeline("flux").transformer, "flux")
        path = tmp_path / "network.safetensors"
        if form == "plain":
            single_files.write_plain(tensors, path, prefix="model.diffusion_model.")
        elif form == "Q8_0":
            path = single_files.write_gguf(tensors, path.with_suffix(".gguf"), form)
        else:
            {"fp8": single_files.write_fp8, "scaled fp8": single_files.write_scaled}[form](tensors, path)
        folders = [str(tmp_path / "models"), str(Path(model_of("flux")).parent)]
        return {"model": str(path), "model_folders": folders, "out": ""}

    return write


def gradients(images: Path, place: Path, settings: dict[str, Any], *, unpacks: bool) -> list[Tensor]:
    """The gradients of a LoRA in one step, of packed layers or of plain ones with the same weights."""
    made = checked("lora", images, place, **settings, gradient_checkpointing=True).settings
    opened = open_pipeline(made, CPU)
    packed = {
        path: module
        for path, module in opened.transformer.named_modules()
        if isinstance(module, PackedLinear)
    }
    assert packed
    if unpacks:
        for path, module in packed.items():
            plain = nn.Linear(module.in_features, module.out_features, module.bias is not None)
            plain.weight.data = module.unpacked()
            if module.bias is not None:
                plain.bias.data = module.bias.data
            opened.transformer.set_submodule(path, plain)
    taught = open_model(opened, made, CPU)
    target = attach(made, taught, opened)
    trainee = trainee_of(taught, made, target, CPU)
    generator = torch.Generator().manual_seed(2)
    for weight in target.image_weights.values():
        weight.data = torch.randn(weight.shape, generator=generator) * 0.1
    clean, noise = (torch.randn((2, 16, 8, 8), generator=generator) for _ in range(2))
    noised = trainee.noised(clean, noise, torch.tensor([0.3, 0.7]))
    texts = trainee.conditioning(["a cat", "a dog"])
    loss = (trainee.predict(noised, texts) - trainee.target(noised, texts, None)).square().mean()
    return list(torch.autograd.grad(loss, list(target.image_weights.values())))


@pytest.mark.parametrize("form", FORMS[1:])
def test_gradients_are_those_of_the_unpacked_weights(
    form: str, model: Callable[[str], dict[str, Any]], images: Path, tmp_path: Path
) -> None:
    settings = model(form)
    made, expected = (gradients(images, tmp_path, settings, unpacks=unpacks) for unpacks in (False, True))
    scale = max(gradient.abs().max() for gradient in expected)
    assert len(made) == len(expected) > 20
    assert all((one - other).abs().max() < 1e-5 * scale for one, other in zip(made, expected, strict=True))


@pytest.mark.parametrize("form", FORMS)
def test_a_network_in_a_file_is_taught_and_called_by_name(
    form: str, model: Callable[[str], dict[str, Any]], images: Path, tmp_path: Path
) -> None:
    settings = {**model(form), "rate": "5e-2"}
    train("lora", images, tmp_path / "whole", **settings)
    assert train("lora", images, tmp_path / "parts", StopAfter(1), **settings, overwrite=True).result is None
    trained = train("lora", images, tmp_path / "parts", **settings, overwrite=True)
    assert trained.result == tmp_path / "models" / "Lora" / "thing.safetensors"
    assert equal(state(tmp_path / "whole"), state(tmp_path / "parts"))
    asked: dict[str, Any] = {"size": 64, "steps": 2, "sampler": "Euler", "device": "cpu"}
    drawn = [
        generate(text, model=settings["model"], model_folders=settings["model_folders"], **asked)[0].pixels
        for text in ("a cat", "a cat <lora:thing:1>")
    ]
    assert (drawn[0] != drawn[1]).any()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_packed_layers_inputs_have_their_gradient(precision: str) -> None:
    from animator.models.diffusion.network_files.packed import Float8, Stored

    generator = torch.Generator().manual_seed(1)
    data = (torch.randn(6, 8, generator=generator)).to(torch.float8_e4m3fn)
    layer = PackedLinear(
        Stored(data.view(torch.uint8), Float8(torch.float8_e4m3fn)), (6, 8), torch.ones(6), torch.float32
    )
    inputs = torch.randn(3, 8, generator=generator, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        made = layer(inputs)
    made.float().square().sum().backward()
    gradient, inputs.grad = inputs.grad, None
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        expected = nn.functional.linear(inputs, layer.unpacked(), layer.bias)
    expected.float().square().sum().backward()
    assert torch.equal(made, expected) and gradient is not None and inputs.grad is not None
    assert gradient.dtype == torch.float32
    assert (gradient - inputs.grad).abs().max() < (1e-5 if precision == "fp32" else 0.3)
