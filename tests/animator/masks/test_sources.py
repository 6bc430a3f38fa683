"""Masks from files, clips, alpha and expressions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.errors import UserError
from animator.masks.compose import binarize
from animator.masks.sources import Adjust, ConstantMask, Masks, read_mask

CPU = torch.device("cpu")
IMAGE = torch.zeros(3, 4, 6)


def saved(folder: Path, name: str, levels: list[list[int]]) -> str:
    Image.fromarray(np.array(levels, np.uint8)).save(folder / name)
    return str(folder / name)


def masks(left: Tensor, right: Tensor) -> Masks:
    return Masks((6, 4), {"video_mask": ConstantMask(left), "init_mask": ConstantMask(right)}, CPU)


@pytest.mark.parametrize(
    ("mark", "wanted"), [("&", (0, 0, 0, 1)), ("|", (0, 1, 1, 1)), ("^", (0, 1, 1, 0)), ("\\", (0, 1, 0, 0))]
)
def test_operators_are_those_of_sets(mark: str, wanted: tuple[int, ...]) -> None:
    left, right = torch.tensor([[0.0, 1, 0, 1]]), torch.tensor([[0.0, 0, 1, 1]])
    found = masks(left, right).at(f"{{video_mask}}{mark}{{init_mask}}", 0, IMAGE)
    assert found.tolist() == [list(wanted)]


def test_soft_edges_stay_soft() -> None:
    soft = masks(torch.tensor([[0.25, 0.5]]), torch.tensor([[1.0, 0.25]]))
    assert soft.at("!{video_mask} & {init_mask}", 0, IMAGE).tolist() == [[0.75, 0.25]]


def test_a_file_is_read_in_gray_and_at_size(tmp_path: Path) -> None:
    path = saved(tmp_path, "half.png", [[0, 0, 0, 255, 255, 255]] * 4)
    found = Masks((6, 4), {}, CPU).at(f"[{path}]", 0, IMAGE)
    assert found.tolist() == [[0, 0, 0, 1, 1, 1]] * 4
    assert Masks((12, 8), {}, CPU).at(f"[{path}]", 0, IMAGE).shape == (8, 12)


def test_contrast_and_brightness_do_what_they_say() -> None:
    mask = torch.tensor([[0.2, 0.4]])
    torch.testing.assert_close(Adjust(brightness=2).apply(mask), torch.tensor([[0.4, 0.8]]))
    torch.testing.assert_close(Adjust(contrast=2).apply(mask), torch.tensor([[0.1, 0.5]]))


def test_missing_things_are_named(tmp_path: Path) -> None:
    empty = Masks((6, 4), {}, CPU)
    with pytest.raises(UserError, match=r"no\.png: cannot be read: No such file"):
        empty.at("[no.png]", 0, IMAGE)
    with pytest.raises(UserError, match="CLIPSeg"):
        empty.at("<sky>", 0, IMAGE)
    with pytest.raises(UserError, match=r"mask\.mask_file"):
        empty.at("{init_mask}", 0, IMAGE)
    path = saved(tmp_path, "opaque.png", [[0, 255]])
    with pytest.raises(UserError, match="no alpha channel"):
        read_mask(path, (2, 1), CPU, "A")


def test_alpha_is_a_mask(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, :, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "cut.png")
    assert read_mask(str(tmp_path / "cut.png"), (2, 2), CPU, "A").tolist() == [[1, 1], [0, 0]]


def test_a_mask_is_its_luminance_times_its_alpha(tmp_path: Path) -> None:
    white = np.full((1, 3, 4), 255, np.uint8)
    white[0, :, 3] = (0, 128, 255)
    Image.fromarray(white).save(tmp_path / "layer.png")
    found = read_mask(str(tmp_path / "layer.png"), (3, 1), CPU)
    assert (found * 255).round().tolist() == [[0, 128, 255]]


def test_a_mask_of_16_bits_is_scaled(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert (read_mask(str(tmp_path / "deep.png"), (3, 1), CPU) * 255).round().tolist() == [[0, 128, 255]]


def test_binarized_masks_keep_their_mean() -> None:
    hard = binarize(torch.full((64, 64), 0.25))
    assert set(hard.unique().tolist()) == {0.0, 1.0} and hard.mean() == pytest.approx(0.25, abs=0.01)
