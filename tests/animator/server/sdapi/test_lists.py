"""What clients list before they ask for images: models, samplers, options, and what a file says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.torch import save_file

from animator.server.options import ServerOptions
from animator.server.sdapi.web_ui_options import FILE
from tests.animator.server.running import local_server
from tests.animator.server.sdapi.web_ui import WebUi, encoded

SDAPI = "/sdapi/v1"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[WebUi]:
    """A server with a file of each kind in its model folder."""
    for name, keys in {
        "Lora/ink": ["lora_unet_down_blocks_0.lora_down.weight", "lora_unet_down_blocks_0.lora_up.weight"],
        "VAE/soft": ["encoder.conv_in.weight", "decoder.conv_in.weight", "quant_conv.weight"],
        "ControlNet/edges": ["control_model.input_hint_block.0.weight", "control_model.attn2.to_k.weight"],
        "embeddings/style": ["emb_params"],
        "ESRGAN/4x_fine": ["body.0.weight"],
    }.items():
        path = tmp_path / "models" / f"{name}.safetensors"
        path.parent.mkdir(parents=True)
        shape = (4, 3, 3, 3) if "ESRGAN" in name else (4, 768)
        save_file({key: torch.zeros(shape) for key in keys}, path)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "styles.csv").write_text(
        'name,prompt,negative_prompt\nink,"ink, {prompt}",photo\n'
    )
    options = ServerOptions(
        port=0,
        renders=tmp_path / "renders",
        models=(tmp_path / "models",),
        inputs=(tmp_path / "inputs",),
    )
    with local_server(options) as server:
        yield WebUi(server.url)


def test_each_file_is_in_the_list_of_its_kind(shelf: WebUi) -> None:
    assert [item["title"] for item in shelf.get(f"{SDAPI}/sd-models")] == ["starter"]
    assert [item["name"] for item in shelf.get(f"{SDAPI}/loras")] == ["ink"]
    assert [item["model_name"] for item in shelf.get(f"{SDAPI}/sd-vae")] == ["soft.safetensors"]
    assert list(shelf.get(f"{SDAPI}/embeddings")["loaded"]) == ["style"]
    assert [item["name"] for item in shelf.get(f"{SDAPI}/upscalers")] == [
        "None",
        "Lanczos",
        "Nearest",
        "4x_fine",
    ]
    assert shelf.get("/controlnet/model_list")["model_list"] == ["edges"]
    assert shelf.get(f"{SDAPI}/prompt-styles") == [
        {"name": "ink", "prompt": "ink, {prompt}", "negative_prompt": "photo"}
    ]


@pytest.mark.parametrize(
    "path",
    ["hypernetworks", "face-restorers", "realesrgan-models", "sd-vae", "loras", "prompt-styles"],
)
def test_what_is_not_there_is_an_empty_list(idle: WebUi, path: str) -> None:
    assert idle.get(f"{SDAPI}/{path}") == []


def test_samplers_and_spacings_have_the_names_that_clients_know(idle: WebUi) -> None:
    samplers = {item["name"]: item["aliases"] for item in idle.get(f"{SDAPI}/samplers")}
    assert "k_dpmpp_2m" in samplers["DPM++ 2M"] and {"Euler", "Euler a", "DDIM"} <= set(samplers)
    spacings = {item["name"]: item["label"] for item in idle.get(f"{SDAPI}/schedulers")}
    assert spacings["sgm_uniform"] == "SGM Uniform" and spacings["automatic"] == "Automatic"
    modes = [item["name"] for item in idle.get(f"{SDAPI}/latent-upscale-modes")]
    assert "Latent (nearest-exact)" in modes


def test_controlnet_tells_what_it_can(idle: WebUi) -> None:
    assert idle.get("/controlnet/version") == {"version": 2}
    assert idle.get("/controlnet/settings") == {"control_net_unit_count": 5}
    modules = idle.get("/controlnet/module_list")
    assert modules["module_list"] == list(modules["module_detail"])
    types = idle.get("/controlnet/control_types")["control_types"]
    assert types["Canny"]["default_option"] == "canny" and types["All"]["model_list"] == ["None"]
    assert idle.get(f"{SDAPI}/scripts") == {"txt2img": ["controlnet"], "img2img": ["controlnet"]}


def test_memory_is_that_of_the_machine(idle: WebUi) -> None:
    memory = idle.get(f"{SDAPI}/memory")
    assert set(memory) == {"ram", "cuda"} and memory["ram"]


@pytest.mark.parametrize("path", ["checkpoints", "vae", "loras", "embeddings"])
def test_lists_are_always_fresh(idle: WebUi, path: str) -> None:
    assert idle.post(f"{SDAPI}/refresh-{path}") is None


def test_options_outlive_the_server(tmp_path: Path) -> None:
    for before, after in ((1, 2), (2, 3)):
        with local_server(ServerOptions(port=0, renders=tmp_path)) as server:
            web_ui = WebUi(server.url)
            assert web_ui.get(f"{SDAPI}/options")["CLIP_stop_at_last_layers"] == before
            assert web_ui.post(f"{SDAPI}/options", CLIP_stop_at_last_layers=after, other=None) is None
    assert '"CLIP_stop_at_last_layers": 3' in (tmp_path / FILE).read_text()


def test_an_option_that_cannot_be_changes_nothing(idle: WebUi) -> None:
    before = idle.get(f"{SDAPI}/options")
    assert idle.refuses(f"{SDAPI}/options", sd_model_checkpoint="nosuch")[0] == 404
    assert idle.refuses(f"{SDAPI}/options", CLIP_stop_at_last_layers=0)[0] == 422
    assert idle.post(f"{SDAPI}/options", sd_model_checkpoint="starter [034eba3b4b]") is None
    assert {**idle.get(f"{SDAPI}/options"), "sd_checkpoint_hash": ""} == {**before, "sd_checkpoint_hash": ""}


def test_a_file_says_how_it_was_made(idle: WebUi) -> None:
    image, chunks = Image.new("RGB", (8, 8)), PngInfo()
    assert idle.post(f"{SDAPI}/png-info", image=encoded(image)) == {"info": "", "items": {}, "parameters": {}}
    text = "a boat\nNegative prompt: text\nSteps: 4, Sampler: Euler, Seed: 3"
    chunks.add_text("parameters", text)
    told = idle.post(f"{SDAPI}/png-info", image=encoded(image, pnginfo=chunks))
    assert told["info"] == told["items"]["parameters"] == text
    assert told["parameters"]["Prompt"] == "a boat" and told["parameters"]["Seed"] == "3"
    assert idle.refuses(f"{SDAPI}/png-info", image="aGVsbG8=")[1].startswith("Invalid encoded image")
    assert idle.refuses(f"{SDAPI}/png-info") == (404, "Image not found")
