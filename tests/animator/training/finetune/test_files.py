"""The files of results, read by other programs' own readers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from animator.models.diffusion.checkpoints.original_unet import to_original
from animator.models.diffusion.hypernetwork.load import read_hypernetwork
from tests.animator.models.diffusion import tiny_models
from tests.animator.models.diffusion.lora_files import targets
from tests.animator.training.finetune.trainings import state, train

CLASSES = {"sd1": "StableDiffusionPipeline", "sdxl": "StableDiffusionXLPipeline"}


def predicted(pipeline: Any) -> Tensor:
    """What a pipeline's U-Net predicts for some noise, with the text of a prompt."""
    asked = {"device": "cpu", "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    prompt = pipeline.encode_prompt("a cat on a mat", **asked)
    text, pooled = (prompt[0], prompt[2]) if len(prompt) > 2 else (prompt[0], None)
    noise = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(1))
    added = (
        None
        if pooled is None
        else {"text_embeds": pooled, "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]])}
    )
    with torch.no_grad():
        return torch.as_tensor(pipeline.unet(noise, 500, text, added_cond_kwargs=added).sample)


def merged(pipeline: Any, weights: dict[str, Tensor], alpha: float, rank: int) -> Any:
    """A pipeline with trained matrices multiplied into its layers by hand."""
    for name in weights:
        path, _, side = name.removeprefix("weight/").rpartition(".")
        if side != "lora_A" or not name.startswith("weight/"):
            continue
        part, _, layer = path.partition(".")
        down, up = weights[name], weights[name.replace("lora_A", "lora_B")]
        module = getattr(pipeline, part).get_submodule(layer)
        delta = (up.flatten(1) @ down.flatten(1)) * (alpha / rank)
        with torch.no_grad():
            module.weight += delta.reshape(module.weight.shape)
    return pipeline


@pytest.mark.parametrize("texts", [False, True], ids=["unet", "texts"])
@pytest.mark.parametrize("layout", ["kohya", "diffusers"])
@pytest.mark.parametrize("family", CLASSES)
def test_diffusers_reads_a_lora_and_predicts_the_same(
    family: str,
    layout: str,
    texts: bool,
    images: Path,
    model_of: Callable[[str], str],
    tmp_path: Path,
) -> None:
    lora = {"rank": 3, "alpha": 2.0, "format": layout, "layers": "transformer"}
    trained = train(
        "lora", images, tmp_path, model=model_of(family), rate="1e-2", lora=lora, text_encoder=texts
    )
    plain, loaded, by_hand = (
        getattr(diffusers, CLASSES[family]).from_pretrained(model_of(family)) for _ in range(3)
    )
    loaded.load_lora_weights(str(trained.result))
    expected = predicted(merged(by_hand, state(tmp_path), 2.0, 3))
    assert (predicted(loaded) - expected).abs().max() < 1e-4
    assert (predicted(plain) - expected).abs().max() > 1e-2


def test_kohyas_metadata_says_what_was_trained(
    images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    trained = train("lora", images, tmp_path, lora={"rank": 4, "alpha": 2}, trigger="robo toy")
    with safe_open(str(trained.result), "pt") as file:
        metadata, names = file.metadata(), list(file.keys())
    assert metadata["ss_network_dim"] == "4" and metadata["ss_network_alpha"] == "2"
    assert metadata["ss_network_module"] == "networks.lora" and metadata["ss_base_model_version"] == "sd_v1"
    assert json.loads(metadata["ss_tag_frequency"]) == {"thing": {"robo toy": 3}}
    assert metadata["modelspec.trigger_phrase"] == "robo toy"
    assert all(name.startswith("lora_unet_") for name in names)
    assert "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight" in names


def test_names_of_sdxl_are_those_of_the_original_network() -> None:
    from animator.models.diffusion.checkpoints.lora_keys import from_original

    flats = [
        path for part, path, _ in targets(tiny_models.pipeline("sdxl"), convolutions=True) if part == "unet"
    ]
    assert flats
    for flat in (path.replace(".", "_") for path in flats):
        assert from_original(to_original(flat)) == flat
    assert to_original("down_blocks_1_attentions_0_proj_in") == "input_blocks_4_1_proj_in"
    assert to_original("mid_block_attentions_0_proj_in") == "middle_block_1_proj_in"
    assert to_original("up_blocks_0_attentions_2_proj_in") == "output_blocks_2_1_proj_in"


def hypernetwork(layout: str, images: Path, place: Path) -> Path:
    form = {"layers": [1, 0.5, 1], "activation": "relu", "layer_norm": True, "format": layout}
    trained = train("hypernetwork", images, place, rate="1e-2", hypernetwork=form)
    assert trained.result is not None
    return trained.result


def test_a_hypernetwork_has_what_was_trained(images: Path, tmp_path: Path) -> None:
    network = read_hypernetwork(hypernetwork("safetensors", images, tmp_path))
    weights = state(tmp_path)
    for width, pair in network.networks.items():
        for side, residual in enumerate(pair):
            assert torch.equal(residual.layers[0].weight, weights[f"weight/{width}_{side}.linear.0.weight"])


def test_a_hypernetwork_for_other_programs_has_their_layout(images: Path, tmp_path: Path) -> None:
    content = torch.load(hypernetwork("pt", images, tmp_path), weights_only=True)
    assert content["layer_structure"] == [1, 0.5, 1] and content["step"] == 4
    widths = {str(key) for key in content if isinstance(key, int)}
    assert widths == {name.split("/")[1].split("_")[0] for name in state(tmp_path)}


@pytest.mark.parametrize(("family", "names"), [("sd1", {"emb_params"}), ("sdxl", {"clip_l", "clip_g"})])
def test_an_embedding_has_vectors_for_each_text_encoder(
    family: str, names: set[str], images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    trained = train("embedding", images, tmp_path, model=model_of(family), embedding={"vectors": 3})
    vectors = load_file(str(trained.result))
    assert set(vectors) == names and all(len(tensor) == 3 for tensor in vectors.values())
    if family == "sd1":
        pipeline = diffusers.StableDiffusionPipeline.from_pretrained(model_of(family))
        pipeline.load_textual_inversion(str(trained.result), token="<thing>")
        table = pipeline.text_encoder.get_input_embeddings().weight
        assert torch.equal(table[-3:], vectors["emb_params"])
