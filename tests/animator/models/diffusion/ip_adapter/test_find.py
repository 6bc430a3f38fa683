"""Adapters and image encoders in the layouts that people have them in; what is said where one is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import Kind, identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.model_info import model_records
from animator.models.diffusion.ip_adapter.encoder import load_encoder
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from tests.animator.models.diffusion import adapter_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The two folders in which adapters are published, with encoders of two sizes."""
    unet = tiny_models.pipeline("sd1").unet
    adapter_files.write("plain", unet, tmp_path / "models" / "ip-adapter_sd15.safetensors")
    adapter_files.write("plus", unet, tmp_path / "sdxl_models" / "ip-adapter-plus.safetensors")
    adapter_files.write("faceid", unet, tmp_path / "faces" / "ip-adapter-faceid.safetensors")
    adapter_files.encoder_folder(tmp_path / "models" / "image_encoder")
    other = adapter_files.encoder(hidden_size=48, projection_dim=40)
    other.save_pretrained(tmp_path / "sdxl_models" / "image_encoder")
    return tmp_path


def test_the_encoder_that_fits_is_taken(place: Path) -> None:
    library = Library((place,))
    encoder = place / "models" / "image_encoder"
    for name in (
        "ip-adapter_sd15",
        "ip-adapter-plus",
        str(place / "sdxl_models" / "ip-adapter-plus.safetensors"),
    ):
        assert find_adapter(AdapterName(name), library).encoder.resolve() == encoder.resolve()


def test_an_encoder_is_found_in_the_model_folders_by_its_name(place: Path) -> None:
    folder = place / "elsewhere" / "CLIP-ViT-H-14"
    (place / "models" / "image_encoder").rename(place / "kept")
    folder.parent.mkdir()
    (place / "kept").rename(folder)
    name = str(place / "models" / "ip-adapter_sd15.safetensors")
    assert find_adapter(AdapterName(name), Library((place / "elsewhere",))).encoder == folder
    named = find_adapter(AdapterName(name, "CLIP-ViT-H-14"), Library((place,)))
    assert named.encoder == folder


@pytest.mark.parametrize("suffix", [".safetensors", ".bin"])
@pytest.mark.usefixtures("allow_pickle")
def test_a_folder_with_one_adapter_stands_for_it(tmp_path: Path, suffix: str) -> None:
    unet = tiny_models.pipeline("sd1").unet
    path = adapter_files.write("full-face", unet, tmp_path / "one" / f"ip-adapter-full-face{suffix}")
    adapter_files.encoder_folder(tmp_path / "one" / "image_encoder")
    found = find_adapter(AdapterName(str(tmp_path / "one")), Library())
    assert found.path == path and found.facts.reads_layers


def test_a_file_of_an_encoder_is_read_as_its_folder(tmp_path: Path) -> None:
    made = adapter_files.encoder(hidden_size=768, num_attention_heads=12, num_hidden_layers=2)
    made.save_pretrained(tmp_path / "folder")
    save_file(made.state_dict(), tmp_path / "clip-vit.safetensors")
    image = torch.rand((3, 40, 50), generator=torch.Generator().manual_seed(1))
    read = []
    for name in ("folder", "clip-vit.safetensors"):
        encoder = load_encoder(tmp_path / name)
        read.append((encoder.embedding(encoder.pixels(image)), encoder.layer(encoder.pixels(image))))
    assert torch.equal(read[0][0], read[1][0]) and torch.equal(read[0][1], read[1][1])


def test_files_are_recognized(place: Path) -> None:
    kinds = {path.name: identify(path) for path in Library((place,)).files}
    assert kinds["ip-adapter_sd15.safetensors"].what == "IP-Adapter"
    assert kinds["ip-adapter-faceid.safetensors"].what == "IP-Adapter FaceID"
    assert kinds["model.safetensors"] == Kind("image encoder")
    weights = {"ip_adapter.1.to_k_ip.weight": torch.ones(8, 2048), "image_proj.latents": torch.ones(1, 2, 8)}
    save_file(weights, place / "xl.safetensors")
    assert str(identify(place / "xl.safetensors")) == "SDXL IP-Adapter"


def test_adapter_and_encoder_are_recorded(place: Path, folder_of: Folder) -> None:
    options = LoadOptions(Library((place,)), ip_adapters=(AdapterName("ip-adapter_sd15"),))
    records = model_records(open_stable(str(folder_of("sd1")), CPU, options), wait=True)
    assert [record["name"] for record in records[1:]] == ["ip-adapter_sd15", "image_encoder"]
    assert all(len(record["sha256"]) == 64 for record in records)


@pytest.mark.parametrize(
    ("model", "encoder", "message"),
    [
        (
            "ip-adapter_sd1",
            "",
            r"ip_adapter ip-adapter_sd1: there is no such .* did you mean `ip-adapter_sd15`",
        ),
        ("ip-adapter-faceid", "", r"is an IP-Adapter FaceID, .* not supported \(insightface\); use one with"),
        ("ip-adapter_sd15", "CLIP", r"encoder CLIP: there is no such .* the adapter's image encoder"),
        (
            "ip-adapter_sd15",
            "sdxl_models/image_encoder",
            r"layers have width 48 and its embedding has width 40",
        ),
        ("ip-adapter_sd15", "ip-adapter-faceid", r"is not an image encoder .* but a file of kind IP-Adapter"),
        (
            "models/image_encoder/model.safetensors",
            "",
            r"is not an IP-Adapter but a file of kind image encoder",
        ),
        ("sdxl_models/image_encoder", "", r"is not an IP-Adapter but"),
        ("cut.safetensors", "", r"cut\.safetensors: is truncated"),
        ("half.safetensors", "", r"half\.safetensors: is broken: it lacks 'image_proj\.proj\.0\.weight'"),
    ],
)
def test_what_cannot_be_used_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, model: str, encoder: str, message: str
) -> None:
    monkeypatch.chdir(place)
    whole = (place / "models" / "ip-adapter_sd15.safetensors").read_bytes()
    (place / "cut.safetensors").write_bytes(whole[:-100])
    save_file(
        {"ip_adapter.1.to_k_ip.weight": torch.ones(8, 32), "image_proj.x": torch.ones(1)},
        place / "half.safetensors",
    )
    with pytest.raises(ModelError, match=message):
        find_adapter(
            AdapterName(model, encoder), Library((place / "models", place / "sdxl_models", place / "faces"))
        )


def test_a_missing_encoder_is_named(place: Path) -> None:
    for name in ("models", "sdxl_models"):
        (place / name / "image_encoder" / "config.json").write_text("{}")
    with pytest.raises(
        ModelError, match=r"its image encoder, a CLIP vision model of width 24, was not found"
    ):
        find_adapter(AdapterName("ip-adapter_sd15"), Library((place,)))


def test_an_adapter_with_other_layers_is_refused(place: Path, folder_of: Folder) -> None:
    path = place / "models" / "ip-adapter_sd15.safetensors"
    tensors = adapter_files.tensors("plain", tiny_models.pipeline("sd1").unet)
    save_file({name: one for name, one in tensors.items() if ".19." not in name}, path)
    options = LoadOptions(Library((place,)), ip_adapters=(AdapterName("ip-adapter_sd15"),))
    with pytest.raises(
        ModelError, match=r"does not fit the model: ip_adapter\.19\.to_k_ip\.weight is missing"
    ):
        open_stable(str(folder_of("sd1")), CPU, options)
