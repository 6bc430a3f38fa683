"""The built-in model's own networks against the classes of diffusers and transformers that they stand for."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.built_in import load as loader
from animator.models.diffusion.built_in.config import Config
from animator.models.diffusion.built_in.load import load_built_in, loads_built_in
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.prepare import prepare
from animator.models.diffusion.unet_model import UNetModel
from animator.starter import model_folder

CPU = torch.device("cpu")
SIZES = ((256, 256), (200, 136), (64, 72))  # the second and third cannot be halved evenly
PROMPTS = (
    "",
    "snowy mountains with a lake at sunset, clouds",
    "A <|endoftext|> !! Ünïcode 日本 123's don't\n" * 12,
)


@pytest.fixture(scope="module")
def own() -> UNetModel:
    model = load_built_in(torch.float32)
    prepare(model, LoadOptions(), torch.device("cpu"))
    return model


@pytest.fixture(scope="module")
def reference() -> UNetModel:
    model = UNetModel.of("starter", load_pipeline(find_checkpoint("starter"), LoadOptions(), CPU))
    prepare(model, LoadOptions(), torch.device("cpu"))
    return model


def random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def outputs(model: UNetModel, size: tuple[int, int], **others: Any) -> Tensor:
    """The U-Net's output for noise of a size, two rows."""
    shape = model.autoencoder.latent_shape(size)
    scale = model.scale_embedding(3.0, CPU, torch.float32)
    assert scale is not None
    with torch.no_grad():
        return torch.as_tensor(
            model.unet(
                sample=random(2, *shape[1:]),
                timestep=torch.tensor([300.0, 300.0]),
                encoder_hidden_states=random(2, 77, 128),
                timestep_cond=scale.expand(2, -1),
                added_cond_kwargs={},
                return_dict=False,
                **others,
            )[0]
        )


def test_the_facts_are_those_of_the_pipeline(own: UNetModel, reference: UNetModel) -> None:
    for name in ("name", "family", "prediction", "schedule_type", "is_inpainting", "is_guidance_distilled"):
        assert getattr(own, name) == getattr(reference, name), name
    assert (own.noise_schedule.sigmas == reference.noise_schedule.sigmas).all()


def test_files_for_the_model_find_the_same_layers(own: UNetModel, reference: UNetModel) -> None:
    def layers(model: UNetModel) -> dict[str, torch.Size]:
        return {
            f"{part}.{name}": weight.shape
            for part, module in model.parts.items()
            for name, weight in module.named_parameters()
        }

    assert layers(own) == layers(reference)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompts_have_the_same_tokens_and_bits(own: UNetModel, reference: UNetModel, prompt: str) -> None:
    first, second = (model.encoders.encoders[0] for model in (own, reference))
    assert first.token_ids(prompt) == second.token_ids(prompt)
    assert (first.tokenizer.bos_token_id, first.tokenizer.pad_token_id) == (
        second.tokenizer.bos_token_id,
        second.tokenizer.pad_token_id,
    )
    for clip_skip in (1, 2):
        contexts = [model.encoders.encode(prompt, {}, clip_skip).context for model in (own, reference)]
        assert torch.equal(*contexts)


@pytest.mark.parametrize("size", SIZES)
def test_latents_and_images_have_the_same_bits(
    own: UNetModel, reference: UNetModel, size: tuple[int, int]
) -> None:
    image = random(3, size[1], size[0]).sigmoid()
    latents = [model.autoencoder.encode(image) for model in (own, reference)]
    assert torch.equal(*latents)
    assert torch.equal(*(model.autoencoder.decode(latents[0] * 3, size) for model in (own, reference)))


@pytest.mark.parametrize("size", SIZES)
def test_the_u_net_has_the_same_bits(own: UNetModel, reference: UNetModel, size: tuple[int, int]) -> None:
    assert torch.equal(outputs(own, size), outputs(reference, size))


def test_residuals_of_controlnets_are_added_alike(own: UNetModel, reference: UNetModel) -> None:
    sides = ((48, 32), (48, 32), (48, 16), (96, 16), (96, 8), (144, 8))
    residuals = {
        "down_block_additional_residuals": [random(2, width, side, side) for width, side in sides],
        "mid_block_additional_residual": random(2, 144, 8, 8),
    }
    guided = [outputs(model, (256, 256), **residuals) for model in (own, reference)]
    assert torch.equal(*guided)
    assert not torch.equal(guided[0], outputs(own, (256, 256)))


def test_freeu_filters_alike_and_is_switched_off_again(own: UNetModel, reference: UNetModel) -> None:
    plain = outputs(own, (256, 256))
    for model in (own, reference):
        model.unet.enable_freeu(0.9, 0.2, 1.2, 1.4)
    filtered = [outputs(model, (256, 256)) for model in (own, reference)]
    for model in (own, reference):
        model.unet.disable_freeu()
    assert torch.equal(*filtered)
    assert not torch.equal(filtered[0], plain)
    assert torch.equal(outputs(own, (256, 256)), plain)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (LoadOptions(), True),
        (LoadOptions(controlnets=("edges",), tiling=True, speed="compiled"), True),
        (LoadOptions(vae="other.safetensors"), False),
        (LoadOptions(memory="low"), False),
    ],
)
def test_what_only_the_libraries_can_is_left_to_them(options: LoadOptions, expected: bool) -> None:
    assert loads_built_in(find_checkpoint("starter"), options) is expected


def test_another_folder_is_left_to_the_libraries(tmp_path: Path) -> None:
    for file in model_folder().rglob("*.json"):
        copy = tmp_path / file.relative_to(model_folder())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    assert not loads_built_in(find_checkpoint(str(tmp_path)), LoadOptions())


def test_damaged_weights_are_an_error_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unet = tmp_path / "unet"
    unet.mkdir()
    (unet / "config.json").write_bytes((model_folder() / "unet" / "config.json").read_bytes())
    (unet / "diffusion_pytorch_model.safetensors").write_bytes(b"broken")
    monkeypatch.setattr(loader, "model_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="install animator again"):
        load_built_in(torch.float32)


def test_a_config_has_its_entries_as_items_and_attributes() -> None:
    config = Config({"width": 3})
    assert (config.width, config["width"], config.get("height"), dict(config)) == (3, 3, None, {"width": 3})
    assert len(config) == 1
    assert not hasattr(config, "height")
