"""Word masks by CLIPSeg, with a tiny one of random weights."""

from pathlib import Path

import pytest
import torch

from animator.errors import ModelError
from animator.masks.clipseg import open_clipseg
from tests.animator.masks.tiny_clipseg import save_clipseg

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clipseg(tmp_path_factory.mktemp("clipseg"))


def test_a_mask_has_the_size_of_the_image_and_is_hard(folder: Path) -> None:
    image = torch.rand((3, 40, 56), generator=torch.Generator().manual_seed(1))
    for path in (folder, folder / "model.safetensors"):
        mask = open_clipseg(str(path), CPU, 0.5).find("sky", image)
        assert mask.shape == (40, 56) and set(mask.unique().tolist()) <= {0.0, 1.0}
        assert torch.equal(mask, open_clipseg(str(path), CPU, 0.5).find("sky", image))


def test_the_threshold_and_the_image_count(folder: Path) -> None:
    image = torch.rand((3, 40, 56), generator=torch.Generator().manual_seed(1))
    assert open_clipseg(str(folder), CPU, 0.0).find("sky", image).min() == 1
    assert open_clipseg(str(folder), CPU, 1.0).find("sky", image).max() == 0


def test_long_words_are_cut(folder: Path) -> None:
    assert open_clipseg(str(folder), CPU, 0.5).find("a" * 300, torch.zeros(3, 32, 32)).shape == (32, 32)


@pytest.mark.filterwarnings("ignore")
def test_a_folder_without_clipseg_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such folder"):
        open_clipseg(str(tmp_path / "none"), CPU, 0.5)
    with pytest.raises(ModelError, match="cannot be read as CLIPSeg"):
        open_clipseg(str(tmp_path), CPU, 0.5)


def test_damaged_weights_are_rejected_with_the_message_of_all_weights(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "vocab.json", "merges.txt", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"model\.safetensors: cannot be read as weights"):
        open_clipseg(str(tmp_path / "model.safetensors"), CPU, 0.5)
