"""Errors for models that are not available or do not run: the file, what it is, what to do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.errors import AnimatorError, ModelError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from schedules import PromptFrame
from tests.animator.models.diffusion import hypernetwork_files, lora_files, tiny_models

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


@pytest.fixture(scope="module")
def broken_files(tmp_path_factory: pytest.TempPathFactory, file_of: Folder) -> Path:
    """Model folders in which things are wrong."""
    folder = tmp_path_factory.mktemp("broken_files")
    made = lora_files.factors(tiny_models.pipeline("sdxl"))
    lora_files.kohya(made, folder / "style-xl.safetensors", alpha=4)
    data = bytearray(file_of("sd1").read_bytes())
    (folder / "short.safetensors").write_bytes(data[: len(data) // 2])
    data[9:40] = b"#" * 31
    (folder / "garbled.safetensors").write_bytes(data)
    (folder / "page.safetensors").write_bytes(b"<!doctype html><title>Not Found</title>")
    (folder / "notes.txt").write_text("notes")
    return folder


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone", "model gone: there is no such folder or file; expected starter, a diffusers folder"),
        ("notes.txt", r"model .*notes\.txt: is not a model file; expected a \.safetensors or GGUF file"),
        ("short", r"short\.safetensors: is truncated: it has \d+ bytes of \d+; download"),
        ("garbled", r"garbled\.safetensors: is corrupt: its header cannot be read"),
        ("page", r"page\.safetensors: is not a safetensors file: it does not start with a header"),
        (
            "style-xl",
            "model style-xl: cannot generate images: the file is of kind SDXL LoRA; name it in a prompt",
        ),
    ],
)
def test_models_that_are_not_available(broken_files: Path, name: str, message: str) -> None:
    path = broken_files / name
    with pytest.raises(ModelError, match=message):
        open_diffuser(str(path) if path.exists() else name, CPU, LoadOptions(Library((broken_files,))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"prompt": PromptFrame("a cat <lora:style-xl:0.8>", "")},
            r"style-xl\.safetensors: this LoRA was made for SDXL; the model .* is Stable Diffusion 1\. Use a",
        ),
        (
            {"sampler": "DPM+ 2M Karas"},
            r"sampler 'DPM\+ 2M Karas' is unknown; did you mean `DPM\+\+ 2M Karras`",
        ),
        ({"clip_skip": 7}, "clip_skip 7: this model's text encoder has 3 layers"),
    ],
)
def test_requests_that_cannot_be_met(
    folder_of: Folder, broken_files: Path, request_: GenerationRequest, change: dict[str, Any], message: str
) -> None:
    diffuser = open_diffuser(str(folder_of("sd1")), CPU, LoadOptions(Library((broken_files,))))
    with pytest.raises(ModelError, match=message):
        diffuser.generate(replace(request_, **change))
    diffuser.generate(request_)  # works as if nothing had happened


def test_a_pickled_hypernetwork_needs_permission(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path
) -> None:
    path = hypernetwork_files.pickled({32: hypernetwork_files.pair(32)}, tmp_path / "ink.pt")
    prompt = PromptFrame(f"a cat <hypernet:{path}:1>", "")
    with pytest.raises(ModelError, match=r"ink\.pt: \.pt files can run code"):
        open_diffuser(str(folder_of("sd1")), CPU).generate(replace(request_, prompt=prompt))


def test_running_out_of_memory_while_generating(
    folder_of: Folder, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    diffuser = open_diffuser(str(folder_of("sd1")), CPU)
    unet = diffuser.engine().model.unet  # type: ignore[attr-defined]  # an SD 1 engine

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with monkeypatch.context() as patch, pytest.raises(AnimatorError) as said:
        patch.setattr(unet, "forward", full)
        diffuser.generate(replace(request_, frame=41))
    message = str(said.value)
    assert message.startswith("frame 41: out of memory while generating 64 x 64 on cpu")
    assert "Set diffusion.memory to low" in message and "can be resumed" in message
    assert "smaller image" not in message  # there is no smaller one
    wide = replace(request_, size=(128, 64), image=None)
    with monkeypatch.context() as patch, pytest.raises(AnimatorError, match="64 x 64"):
        patch.setattr(unet, "forward", full)
        diffuser.generate(wide)
    diffuser.generate(request_)
