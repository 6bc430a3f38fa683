"""LUTs: colors between those of a file."""

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.cube import parse_cube
from animator.images.lut import Interpolate, Lut, tetrahedral, trilinear
from tests.animator.images.test_cube import lattice_text

CPU = torch.device("cpu")
BOTH = pytest.mark.parametrize("between", [trilinear, tetrahedral])


def image(seed: int = 1) -> Tensor:
    corners = torch.tensor([[0.0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 0]]).view(3, 1, 4)
    noise = torch.rand((3, 31, 4), generator=torch.Generator().manual_seed(seed))
    return torch.cat((corners, noise), 1)


def lut(text: str) -> Lut:
    return Lut.of(parse_cube(text.encode()), CPU)


def random_text(side: int) -> tuple[str, np.ndarray]:
    colors = np.random.default_rng(3).random((side**3, 3))
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in colors)
    return f"LUT_3D_SIZE {side}\n{rows}", colors.reshape(side, side, side, 3)


@BOTH
@pytest.mark.parametrize("side", [2, 3, 17, 33])
def test_an_identity_changes_no_color(between: Interpolate, side: int) -> None:
    found = lut(lattice_text(side)).apply(image(), between)
    assert torch.allclose(found, image(), atol=1e-6)


@BOTH
def test_colors_of_the_lattice_are_those_of_the_file(between: Interpolate) -> None:
    text, colors = random_text(5)
    for blue, green, red in ((0, 0, 0), (4, 4, 4), (1, 2, 3), (4, 0, 2)):
        asked = torch.tensor([red, green, blue]).view(3, 1, 1) / 4
        found = lut(text).apply(asked, between).flatten()
        assert found.tolist() == pytest.approx(colors[blue, green, red].tolist(), abs=1e-5)


def test_trilinear_and_tetrahedral_are_those_of_their_definitions() -> None:
    text, colors = random_text(2)
    red, green, blue = 0.7, 0.2, 0.5
    asked = torch.tensor([red, green, blue]).view(3, 1, 1)
    weights = np.array([1 - blue, blue])[:, None, None] * np.array([1 - green, green])[:, None]
    eight = ((weights * np.array([1 - red, red]))[..., None] * colors).sum((0, 1, 2))
    assert lut(text).apply(asked, trilinear).flatten().tolist() == pytest.approx(eight.tolist(), abs=1e-5)
    # Red is largest, then blue, then green: the path goes over the corners of red, and of red and blue.
    four = (
        (1 - red) * colors[0, 0, 0]
        + (red - blue) * colors[0, 0, 1]
        + (blue - green) * colors[1, 0, 1]
        + green * colors[1, 1, 1]
    )
    assert lut(text).apply(asked, tetrahedral).flatten().tolist() == pytest.approx(four.tolist(), abs=1e-5)


def test_tetrahedral_keeps_grays_where_the_files_grays_are_gray() -> None:
    text, colors = random_text(3)
    lines = text.split("\n")
    for place in range(3):
        lines[1 + place * 13] = " ".join([f"{place / 2:.6f}"] * 3)
    grays = torch.linspace(0, 1, 50).expand(3, 1, 50)
    found = lut("\n".join(lines)).apply(grays, tetrahedral)
    assert torch.allclose(found, grays, atol=1e-5)
    assert colors.shape == (3, 3, 3, 3)


def test_curves_act_on_each_channel() -> None:
    found = lut("LUT_1D_SIZE 3\n0 1 0\n0.5 0.5 0\n1 0 0\n").apply(image(), trilinear)
    expected = torch.stack((image()[0], 1 - image()[1], torch.zeros(32, 4)))
    assert torch.allclose(found, expected, atol=1e-6)


def test_inputs_are_taken_from_the_domain_and_results_stay_colors() -> None:
    text = "DOMAIN_MIN 0.25 0 0\nDOMAIN_MAX 0.75 1 2\nLUT_1D_SIZE 2\n0 -1 0\n1 3 1\n"
    asked = torch.tensor([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0], [0.0, 0.5, 1.0]]).view(3, 1, 3)
    found = lut(text).apply(asked, trilinear).view(3, 3)
    assert found.tolist() == [[0.0, 0.5, 1.0], [0.0, 1.0, 1.0], [0.0, 0.25, 0.5]]


def test_curves_come_before_the_lattice() -> None:
    negative = "LUT_3D_SIZE 2\n1 1 1\n0 0 0\n"
    both = lattice_text(2, "LUT_1D_SIZE 2\n").replace("LUT_3D_SIZE 2\n", negative, 1)
    assert torch.allclose(lut(both).apply(image(), tetrahedral), 1 - image(), atol=1e-6)
