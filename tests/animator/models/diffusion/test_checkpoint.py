"""Names of models, their kinds, and the errors for those that cannot generate images."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import detect_prediction
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from tests.animator.models.diffusion import tiny_models

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


def test_the_built_in_model_is_a_folder_like_any_other() -> None:
    built_in = find_checkpoint("starter")
    assert built_in.kind == "folder"
    assert find_checkpoint(built_in.location).kind == "folder"


def test_hub_ids_are_owner_and_name() -> None:
    assert find_checkpoint("someone/some-model").kind == "hub"
    assert find_checkpoint("stabilityai/stable-diffusion-3.5-medium").kind == "hub"


@pytest.mark.parametrize(
    "name", ["nothing", "a/b/c", "/nowhere/at/all", "./x/y", "~/nothing", "model.safetensors", "a/b.ckpt"]
)
def test_names_of_nothing_are_refused_with_what_is_expected(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder or file; expected starter, a diffusers folder"):
        find_checkpoint(name)


def test_names_in_the_model_folders_are_found_and_near_ones_suggested(tmp_path: Path) -> None:
    (tmp_path / "dream.safetensors").touch()
    library = Library((tmp_path,))
    assert find_checkpoint("dream", library).location == str(tmp_path / "dream.safetensors")
    with pytest.raises(ModelError, match="did you mean `dream`"):
        find_checkpoint("draem", library)


def test_files_that_can_run_code_need_leave(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"x")
    assert find_checkpoint(str(tmp_path / "model.ckpt")).kind == "file"
    with pytest.raises(ModelError, match=r"\.ckpt files can run code .* allow pickled weights"):
        open_diffuser(str(tmp_path / "model.ckpt"), CPU)


def test_files_that_are_no_models_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ModelError, match="is not a model file"):
        find_checkpoint(str(tmp_path / "notes.txt"))


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model_index\.json"):
        find_checkpoint(str(tmp_path))


def test_a_broken_folder_is_reported_on_loading(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(
        '{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}'
    )
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_diffuser(str(tmp_path), CPU)


def test_a_hub_model_that_is_not_available_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        ModelError,
        match=r"model nobody/nothing-at-all: .* no such model in the hub's cache.* allow downloads",
    ):
        open_diffuser("nobody/nothing-at-all", CPU)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"lora_unet_x.lora_down.weight": torch.ones(2, 2)}, "of kind LoRA; name it in a prompt"),
        ({"emb_params": torch.ones(1, 768)}, "of kind Stable Diffusion 1 embedding"),
        ({f"x{i}": torch.ones(1) for i in range(9)}, "of kind unknown"),
    ],
)
def test_files_of_another_kind_are_refused_with_what_they_are(
    tmp_path: Path, tensors: dict[str, torch.Tensor], message: str
) -> None:
    path = tmp_path / "x.safetensors"
    save_file(tensors, path)
    with pytest.raises(ModelError, match=f"cannot generate images: the file is {message}"):
        open_diffuser(str(path), CPU)


def test_a_file_cut_off_is_refused_before_it_is_read(tmp_path: Path, file_of: Folder) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(file_of("sd1").read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"cut\.safetensors: is truncated"):
        open_diffuser(str(path), CPU)


def test_a_checkpoint_of_unusual_sizes_says_so(file_of: Folder) -> None:
    """Without a description of its sizes a tiny file meets those of the real Stable Diffusion 1."""
    with pytest.raises(ModelError, match=r"cannot be loaded: .*diffusion\.architecture"):
        open_diffuser(str(file_of("sd1")), CPU)


@pytest.mark.usefixtures("allow_pickle")
def test_a_ckpt_generates_what_its_safetensors_does(
    tmp_path: Path, file_of: Folder, folder_of: Folder, request_: GenerationRequest
) -> None:
    from safetensors.torch import load_file

    torch.save({"state_dict": load_file(file_of("sd1"))}, tmp_path / "model.ckpt")
    options = LoadOptions(Library(), architecture=str(folder_of("sd1")))
    pickled = open_diffuser(str(tmp_path / "model.ckpt"), CPU, options).generate(request_)
    assert torch.equal(pickled, open_diffuser(str(file_of("sd1")), CPU, options).generate(request_))


class _Answers(torch.nn.Module):
    """A U-Net that gives the noise, or the velocity of a flat image."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self.config = tiny_models.pipeline("sd2").unet.config
        self.dtype = torch.float32

    def forward(self, x: torch.Tensor, t: torch.Tensor, encoder_hidden_states: torch.Tensor) -> Any:
        answer = x * 0.98 if self.what == "epsilon" else 0.07 * x - 0.5 + 0.1 * torch.ones_like(x).cumsum(-1)
        return type("Out", (), {"sample": answer})


@pytest.mark.parametrize("what", ["epsilon", "v_prediction"])
def test_files_of_stable_diffusion_2_are_asked_what_they_predict(what: str) -> None:
    assert detect_prediction(_Answers(what)) == what
