"""Identifying files, and finding them by name."""

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import read_header
from animator.models.diffusion.checkpoints.identify import Kind, identify
from animator.models.diffusion.checkpoints.inventory import model_table
from animator.models.diffusion.checkpoints.library import Library
from animator.models.weights import read_tensors
from tests.animator.models.diffusion import lora_files, tiny_models

Folder = Callable[[str], Path]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sd1", Kind("checkpoint", "sd1")),
        ("sd1-inpaint", Kind("checkpoint", "sd1", is_inpainting=True)),
        ("sd2-v", Kind("checkpoint", "sd2")),
        ("sdxl", Kind("checkpoint", "sdxl")),
    ],
)
def test_checkpoints_are_told_apart(file_of: Folder, kind: str, expected: Kind) -> None:
    assert identify(file_of(kind)) == expected


WIDE = torch.empty(4, 2048)
UNET = {"model.diffusion_model.input_blocks.0.0.weight": torch.empty(4, 4, 3, 3)}
TEXT = {"cond_stage_model.transformer.x": torch.empty(1)}


@pytest.mark.parametrize(
    ("tensors", "expected"),
    [
        ({"lora_unet_a_attn2_to_k.lora_down.weight": WIDE}, "SDXL LoRA"),
        ({"unet.a.attn2.to_k.lora_A.weight": torch.empty(4, 768)}, "Stable Diffusion 1 LoRA"),
        (
            {"diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight": torch.empty(4, 3072)},
            "Flux or Flux.2 Klein or Chroma LoRA",
        ),
        ({"emb_params": torch.empty(1, 768)}, "Stable Diffusion 1 embedding"),
        ({"clip_l": torch.empty(1, 768), "clip_g": torch.empty(1, 1280)}, "SDXL embedding"),
        ({"control_model.input_hint_block.0.weight": torch.empty(1)}, "ControlNet"),
        ({"encoder.conv_in.weight": torch.empty(1), **{f"x{i}": torch.empty(1) for i in range(5)}}, "vae"),
        (
            {"double_blocks.0.img_attn.qkv.weight": torch.empty(1)},
            "Flux network without text encoder and VAE",
        ),
        (
            {"model.diffusion_model.joint_blocks.0.x": torch.empty(1)},
            "Stable Diffusion 3 network without text encoder and VAE",
        ),
        (UNET | {"conditioner.embedders.0.model.x": torch.empty(1)}, "SDXL refiner checkpoint"),
        (UNET, "network without text encoder and VAE"),
        ({f"x{i}.weight": torch.empty(1) for i in range(9)}, "unknown"),
    ],
)
def test_files_are_known_by_what_they_hold(
    tmp_path: Path, tensors: dict[str, torch.Tensor], expected: str
) -> None:
    save_file(tensors, tmp_path / "x.safetensors")
    assert str(identify(tmp_path / "x.safetensors")) == expected


def test_what_a_file_says_of_itself_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file(UNET | TEXT, path, {"modelspec.predict_key": "v", "modelspec.title": "Some Turbo mix"})
    kind = identify(path)
    assert kind.prediction == "v_prediction" and kind.is_few_step
    save_file(UNET | TEXT | {"v_pred": torch.empty(0), "ztsnr": torch.empty(0)}, path)
    kind = identify(path)
    assert kind.prediction == "v_prediction" and kind.is_zero_terminal and not kind.is_few_step


def whole(tmp_path: Path) -> bytes:
    save_file({"a": torch.ones(100)}, tmp_path / "whole.safetensors")
    return (tmp_path / "whole.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:4], "it has only 4 bytes"),
        (lambda data: b"", "it has only 0 bytes"),
        (lambda data: data[:20], "is truncated"),
        (lambda data: data[:-9], r"is truncated: it has \d+ bytes of \d+"),
        (lambda data: b"<html>" + data, "does not start with a header"),
        (lambda data: struct.pack("<Q", 2**60) + data[8:], "does not start with a header"),
        (lambda data: data[:9] + b"#" + data[10:], "its header cannot be read"),
        (lambda data: _with_table({"a": {"dtype": "F32"}}), "its header cannot be read"),
        (lambda data: _with_table({"a": 3}), "its header cannot be read"),
    ],
)
def test_broken_files_are_reported_as_broken(
    tmp_path: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(damage(whole(tmp_path)))
    with pytest.raises(ModelError, match=message):
        read_header(path)


def _with_table(table: object) -> bytes:
    raw = json.dumps(table).encode()
    return struct.pack("<Q", len(raw)) + raw


class Runs:
    """Code that would run when unpickled."""

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (Path("unpickled"),)


@pytest.mark.usefixtures("allow_pickle")
def test_pickled_files_run_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ckpt"
    with bad.open("wb") as file:
        pickle.dump({"state_dict": Runs()}, file)
    torch.save({"a": Runs()}, tmp_path / "worse.ckpt")
    for path in (bad, tmp_path / "worse.ckpt"):
        with pytest.raises(
            ModelError, match=r"cannot be read as weights \(it contains more than weights, which could run"
        ):
            read_tensors(path)
    assert not Path("unpickled").exists()
    (tmp_path / "no.ckpt").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"no\.ckpt: cannot be read as weights"):
        read_tensors(tmp_path / "no.ckpt")


@pytest.mark.usefixtures("allow_pickle")
def test_nested_pickled_weights_are_found(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "state_dict": {"a.b": torch.ones(2), "c": torch.zeros(1)}}, tmp_path / "x.ckpt")
    assert set(read_tensors(tmp_path / "x.ckpt")) == {"a.b", "c"}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "Stable-diffusion").mkdir()
    (tmp_path / "Lora" / "style").mkdir(parents=True)
    (tmp_path / "diffusers" / "tiny" / "unet").mkdir(parents=True)
    save_file(UNET | TEXT, tmp_path / "Stable-diffusion" / "dream.safetensors")
    torch.save(UNET, tmp_path / "Stable-diffusion" / "older.ckpt")
    save_file(
        {"lora_unet_x_attn2_to_k.lora_down.weight": WIDE}, tmp_path / "Lora" / "style" / "Ink.safetensors"
    )
    (tmp_path / "diffusers" / "tiny" / "model_index.json").write_text("{}")
    (tmp_path / "diffusers" / "tiny" / "unet" / "part.safetensors").write_bytes(b"")
    (tmp_path / ".hidden").mkdir()
    save_file(UNET, tmp_path / ".hidden" / "secret.safetensors")
    (tmp_path / "notes.txt").write_text("")
    return Library((tmp_path, tmp_path / "not there"))


def test_any_layout_of_folders_will_do(library: Library) -> None:
    names = [path.name for path in library.files]
    assert names == ["Ink.safetensors", "dream.safetensors", "older.ckpt", "tiny"]
    assert library.checkpoint("dream") == library.checkpoint("Dream.safetensors") == library.files[1]
    assert library.checkpoint("tiny") == library.files[3]
    assert library.checkpoint("nothing") is None
    assert library.lora("ink") == library.files[0]


def test_missing_loras_are_explained(library: Library) -> None:
    with pytest.raises(
        ModelError, match=r"there is no Inkk\.safetensors; did you mean `Ink`\? looked in .*not there"
    ):
        library.lora("Inkk")


def test_models_are_listed_with_type_size_and_hash(library: Library) -> None:
    lines = list(model_table(library.folders, hashes=True))
    assert lines[0].startswith("diffusers model") and lines[0].endswith("  starter")
    (dream,) = [line for line in lines if line.endswith("dream.safetensors")]
    assert dream.startswith("Stable Diffusion 1 checkpoint")
    import hashlib

    assert f"  {hashlib.sha256(library.files[1].read_bytes()).hexdigest()[:10]}  " in dream
    assert any(line.startswith("SDXL LoRA") for line in lines)
    assert any(line.startswith("pickled file (.ckpt)") for line in lines)
    library.files[1].write_bytes(b"broken")
    assert any(line.startswith("broken file") for line in model_table(library.folders, hashes=False))


def test_real_files_of_loras_are_known(tmp_path: Path) -> None:
    made = lora_files.factors(tiny_models.pipeline("sdxl"))
    for write in (lora_files.peft, lambda made, path: lora_files.kohya(made, path, 1)):
        assert str(identify(write(made, tmp_path / "x.safetensors"))) == "SDXL LoRA"
