"""LoRA files: every layout, against weights changed by hand; per-frame weights; refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.lora_keys import split_key
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel
from schedules import PromptFrame
from tests.animator.models.diffusion import lora_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


@pytest.fixture(scope="module")
def loras(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of LoRA files for the tiny sd1 and sdxl."""
    folder = tmp_path_factory.mktemp("loras")
    for kind in ("sd1", "sdxl"):
        made = lora_files.factors(tiny_models.pipeline(kind), convolutions=kind == "sd1")
        lora_files.kohya(made, folder / f"{kind}-kohya.safetensors", alpha=4)
        lora_files.kohya(made, folder / f"{kind}-half.safetensors", alpha=2)
        lora_files.kohya(made, folder / f"{kind}-original.safetensors", alpha=4, original=True)
        lora_files.peft(made, folder / f"{kind}-peft.safetensors")
    second = lora_files.factors(tiny_models.pipeline("sd1"), seed=9)
    lora_files.kohya(second, folder / "second.safetensors", alpha=4)
    return folder


@pytest.fixture(scope="module")
def diffuser(folder_of: Folder, loras: Path) -> StableDiffuser:
    return open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((loras,))))


def generate(diffuser: StableDiffuser, request: GenerationRequest, tags: str) -> torch.Tensor:
    prompt = PromptFrame(f"{request.prompt.positive} {tags}", request.prompt.negative)
    return diffuser.generate(replace(request, prompt=prompt))


def layers_of(pipeline: Any) -> LoraLayers:
    return LoraLayers("tiny", "sd1", UNetModel.of("tiny", pipeline).parts)


@pytest.mark.parametrize("layout", ["kohya", "peft", "original"])
@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_every_layout_adds_up_times_down(loras: Path, kind: str, layout: str) -> None:
    changed = tiny_models.pipeline(kind)
    family = "sdxl" if kind == "sdxl" else "sd1"
    parts = UNetModel.of("tiny", changed).parts
    LoraLayers("tiny", family, parts).apply(((loras / f"{kind}-{layout}.safetensors", 0.5, 0.8),))
    made = lora_files.factors(changed, convolutions=kind == "sd1")
    usual = {
        (part, path): w for part, path, w in lora_files.targets(tiny_models.pipeline(kind), convolutions=True)
    }
    for part, path, weight in lora_files.targets(changed, convolutions=True):
        expected = usual[part, path]
        if (part, path) in made:
            down, up = made[part, path]
            share = 0.8 if part == "unet" else 0.5
            expected = expected + share * (up.flatten(1) @ down.flatten(1)).reshape(weight.shape)
        assert torch.allclose(weight, expected, atol=1e-5), (part, path)


def test_alpha_scales(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    full = generate(diffuser, request_, "<lora:sd1-kohya:0.5>")
    assert torch.allclose(full, generate(diffuser, request_, "<lora:sd1-half:1>"), atol=1e-5)
    assert not torch.allclose(full, generate(diffuser, request_, "<lora:sd1-half:0.5>"), atol=1e-3)


def test_weights_act_and_go_away_without_a_trace(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    without = diffuser.generate(request_)
    some = generate(diffuser, request_, "<lora:sd1-kohya:0.3>")
    more = generate(diffuser, request_, "<lora:sd1-kohya:0.9>")
    both = generate(diffuser, request_, "<lora:sd1-kohya:0.9><lora:second:0.5>")
    apart = [without, some, more, both]
    for index, image in enumerate(apart):
        for other in apart[index + 1 :]:
            assert float((image - other).abs().mean()) > 1e-4
    for frame in range(20):  # a weight that moves at every frame never drifts
        generate(diffuser, replace(request_, steps=1), f"<lora:sd1-kohya:{frame / 20}>")
    assert torch.equal(generate(diffuser, request_, "<lora:sd1-kohya:0.3>"), some)
    assert torch.equal(diffuser.generate(request_), without)
    assert torch.equal(generate(diffuser, request_, "<lora:sd1-kohya:0>"), without)


def test_text_and_image_weights_are_apart(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    text, image, both = (
        generate(diffuser, request_, f"<lora:sd1-kohya:{weights}>") for weights in ("0.7:0", "0:0.7", "0.7")
    )
    assert not torch.allclose(text, image, atol=1e-3) and not torch.allclose(text, both, atol=1e-3)


def test_a_morphing_prompt_mixes_lora_weights(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    blend = (("a cat <lora:sd1-kohya:1>", "", 0.25), ("a cat", "", 0.75))
    mixed = diffuser.generate(replace(request_, prompt=PromptFrame("", "", blend)))
    direct = diffuser.generate(replace(request_, prompt=PromptFrame("a cat <lora:sd1-kohya:0.25>", "")))
    assert torch.allclose(mixed, direct, atol=1e-5)


def test_texts_are_encoded_anew_only_when_their_encoder_changed(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    calls: list[int] = []
    handle = engine.model.encoders.encoders[0].model.register_forward_hook(lambda *_: calls.append(1))
    for weights in ("0.31:0.1", "0.31:0.2", "0.31:0.3"):
        generate(diffuser, request_, f"<lora:sd1-kohya:{weights}>")
    first = len(calls)
    generate(diffuser, request_, "<lora:sd1-kohya:0.32:0.3>")
    handle.remove()
    assert first == 3 and len(calls) == 6  # prompt, negative and empty prompt, once per state of the encoder


def change(pipeline: Any, path: Path) -> torch.Tensor:
    """Returns the delta of a file for one layer of the tiny sd1."""
    layer = pipeline.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1.to_q
    before = layer.weight.detach().clone()
    layers_of(pipeline).apply(((path, 1.0, 1.0),))
    return layer.weight - before


NAME = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
CONV = "lora_unet_down_blocks_0_resnets_0_conv1"


def test_lycoris_forms_add_what_their_papers_say(tmp_path: Path) -> None:
    g = torch.Generator().manual_seed(3)

    def rand(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=g)

    a1, b1, a2, b2 = rand(16, 2), rand(2, 16), rand(16, 2), rand(2, 16)
    forms = {
        "loha": (
            {"hada_w1_a": a1, "hada_w1_b": b1, "hada_w2_a": a2, "hada_w2_b": b2, "alpha": torch.tensor(1.0)},
            (a1 @ b1) * (a2 @ b2) / 2,
        ),
        "lokr": ({"lokr_w1": a1[:4, :2], "lokr_w2": b1[:, :8].T.repeat(1, 4)[:4]}, None),
        "diff": ({"diff": a1 @ b1}, a1 @ b1),
    }
    forms["lokr"] = (forms["lokr"][0], torch.kron(a1[:4, :2], b1[:, :8].T.repeat(1, 4)[:4]))
    for form, (tensors, expected) in forms.items():
        path = tmp_path / f"{form}.safetensors"
        save_file({f"{NAME}.{role}": tensor.contiguous() for role, tensor in tensors.items()}, path)
        assert expected is not None
        assert torch.allclose(change(tiny_models.pipeline("sd1"), path), expected, atol=1e-5), form


def test_a_convolutions_middle_factor_counts(tmp_path: Path) -> None:
    up, mid, down = torch.randn(16, 3, 1, 1), torch.randn(3, 3, 3, 3), torch.randn(3, 16, 1, 1)
    path = tmp_path / "mid.safetensors"
    names = {"lora_up.weight": up, "lora_mid.weight": mid, "lora_down.weight": down}
    save_file({f"{CONV}.{role}": tensor for role, tensor in names.items()}, path)
    made = tiny_models.pipeline("sd1")
    before = made.unet.down_blocks[0].resnets[0].conv1.weight.detach().clone()
    layers_of(made).apply(((path, 1.0, 1.0),))
    image = torch.randn(1, 16, 5, 5)
    apart = torch.nn.functional.conv2d(image, down)
    apart = torch.nn.functional.conv2d(torch.nn.functional.conv2d(apart, mid, padding=1), up)
    added = made.unet.down_blocks[0].resnets[0].conv1.weight - before
    assert torch.allclose(torch.nn.functional.conv2d(image, added, padding=1), apart, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lora_unet_input_blocks_4_1_proj_in.alpha", ("unet", "down_blocks_1_attentions_0_proj_in", "alpha")),
        ("lora_unet_input_blocks_3_0_op.lora_up.weight", ("unet", "down_blocks_0_downsamplers_0_conv", "up")),
        (
            "lora_unet_middle_block_1_proj_out.lora_down.weight",
            ("unet", "mid_block_attentions_0_proj_out", "down"),
        ),
        ("lora_unet_output_blocks_2_2_conv.lora_up.weight", ("unet", "up_blocks_0_upsamplers_0_conv", "up")),
        ("lora_unet_time_embed_0.alpha", ("unet", "time_embedding_linear_1", "alpha")),
        (
            "unet.up_blocks.1.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight",
            ("unet", "up_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q", "down"),
        ),
        (
            "unet.mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_out_lora.up.weight",
            ("unet", "mid_block_attentions_0_transformer_blocks_0_attn2_to_out_0", "up"),
        ),
        (
            "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight",
            ("text_encoder", "encoder_layers_0_self_attn_q_proj", "down"),
        ),
        ("lora_te2_text_projection.lora_up.weight", ("text_encoder_2", "text_projection", "up")),
        ("model.diffusion_model.out.2.bias", None),
    ],
)
def test_names_of_all_ages_are_understood(name: str, expected: tuple[str, str, str] | None) -> None:
    assert split_key(name) == expected


def test_a_lora_for_another_base_is_refused_by_name(
    diffuser: StableDiffuser, request_: GenerationRequest, loras: Path
) -> None:
    without = diffuser.generate(request_)
    with pytest.raises(ModelError) as refused:
        generate(diffuser, request_, "<lora:sdxl-kohya:1>")
    message = str(refused.value)
    assert str(loras / "sdxl-kohya.safetensors") in message
    assert "made for SDXL" in message and "is Stable Diffusion 1" in message
    assert torch.equal(diffuser.generate(request_), without)


def test_layers_of_other_shapes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.safetensors"
    save_file(
        {f"{NAME}.lora_down.weight": torch.ones(4, 99), f"{NAME}.lora_up.weight": torch.ones(16, 4)}, path
    )
    with pytest.raises(
        ModelError, match=r"does not fit the model: its down_blocks_0.*\(16, 99\).*\(16, 16\)"
    ):
        layers_of(tiny_models.pipeline("sd1")).apply(((path, 1.0, 1.0),))


def test_missing_and_wrong_files_are_reported(
    diffuser: StableDiffuser, request_: GenerationRequest, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"<lora:sd1-kohja>: there is no .*did you mean `sd1-kohya`"):
        generate(diffuser, request_, "<lora:sd1-kohja:1>")
    embedding = tmp_path / "e.safetensors"
    save_file({"emb_params": torch.ones(1, 32)}, embedding)
    with pytest.raises(ModelError, match="is not a LoRA but a file of kind embedding"):
        generate(diffuser, request_, f"<lora:{embedding}:1>")
    strange = tmp_path / "s.safetensors"
    save_file({"other.layer.lora_A.weight": torch.ones(4, 16)}, strange)
    with pytest.raises(ModelError, match=r"an unknown layout, with names such as other\.layer"):
        generate(diffuser, request_, f"<lora:{strange}:1>")


def test_layers_that_the_model_lacks_are_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "extra.safetensors"
    good = {f"{NAME}.lora_down.weight": torch.ones(4, 16), f"{NAME}.lora_up.weight": torch.ones(16, 4)}
    extra = "lora_unet_down_blocks_9_proj"
    save_file(
        {**good, f"{extra}.lora_down.weight": torch.ones(1, 2), f"{extra}.lora_up.weight": torch.ones(2, 1)},
        path,
    )
    layers_of(tiny_models.pipeline("sd1")).apply(((path, 1.0, 1.0),))
    assert "1 of its 2 layers are not in the model tiny" in caplog.text
