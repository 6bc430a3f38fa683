"""Which names are models, and of what kind."""

from pathlib import Path

import pytest
import torch

from animator.diffusion.checkpoint import find_checkpoint
from animator.diffusion.stable import open_diffuser
from animator.errors import ModelError


def test_the_built_in_model_is_a_folder_like_any_other() -> None:
    built_in = find_checkpoint("starter")
    assert built_in.kind == "folder"
    assert find_checkpoint(built_in.location).kind == "folder"


def test_hub_ids_are_owner_and_name() -> None:
    assert find_checkpoint("someone/some-model").kind == "hub"


@pytest.mark.parametrize(
    "name", ["nothing", "a/b/c", "/nowhere/at/all", "./x/y", "~/nothing", "model.safetensors"]
)
def test_names_of_nothing_are_refused_with_what_is_expected(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder or file; expected starter, a diffusers folder"):
        find_checkpoint(name)


def test_files_that_can_run_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"\.ckpt files can run code"):
        find_checkpoint(str(tmp_path / "model.ckpt"))


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model_index\.json"):
        find_checkpoint(str(tmp_path))


def test_a_broken_folder_is_said_on_loading(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(
        '{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}'
    )
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_diffuser(str(tmp_path), torch.device("cpu"))
