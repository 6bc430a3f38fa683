"""Preprocessors that need no network of their own: lines, soft edges, normals, tones, shuffled images."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from animator.models.controlnet.preprocessors.depth import normal
from animator.models.controlnet.preprocessors.edges import softedge
from animator.models.controlnet.preprocessors.find import find_preprocessor
from animator.models.controlnet.preprocessors.kinds import PREPROCESSORS
from animator.models.controlnet.preprocessors.lines import lineart, scribble, straight_lines
from animator.models.controlnet.preprocessors.networks import NETWORKS
from animator.models.controlnet.preprocessors.regions import shuffle
from animator.models.controlnet.preprocessors.tones import invert, recolor, threshold
from animator.models.depth.model import FakeDepth
from tests.animator.models.controlnet.tiny_networks import networks

PLAIN = [name for name in PREPROCESSORS if name not in NETWORKS]
"""Those without a network of their own."""


def card(side: int = 96, gray: float = 1.0) -> Tensor:
    """A gray square on black, its border at a quarter and three quarters of the side."""
    image = torch.zeros(3, side, side)
    image[:, side // 4 : side * 3 // 4, side // 4 : side * 3 // 4] = gray
    return image


def ink() -> Tensor:
    """A black line, three pixels wide, across a white page."""
    image = torch.ones(3, 96, 96)
    image[:, 46:49, 8:88] = 0
    return image


def grain() -> Tensor:
    return torch.rand((3, 96, 96), generator=torch.Generator().manual_seed(3)) * 0.3 + 0.3


@dataclass(frozen=True)
class Ramp:
    """A depth network whose nearness rises along one axis."""

    axis: int

    def estimate(self, image: Tensor) -> Tensor:
        height, width = image.shape[1:]
        rise = torch.linspace(0, 1, (height, width)[self.axis])
        return rise.expand(height, width) if self.axis else rise[:, None].expand(height, width)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("size", [(1, 1), (2, 9), (40, 30), (64, 128)])
def test_every_preprocessor_returns_an_image_of_the_same_size(name: str, size: tuple[int, int]) -> None:
    image = torch.rand((3, *size), generator=torch.Generator().manual_seed(0))
    before = image.clone()
    made = find_preprocessor(name, (None, None), networks())(image)
    assert made.shape == image.shape and made.dtype == torch.float32
    assert float(made.min()) >= 0 and float(made.max()) <= 1
    assert torch.equal(image, before)
    assert torch.equal(made, find_preprocessor(name, (None, None), networks())(image))


@pytest.mark.parametrize("name", PLAIN)
def test_the_extremes_of_every_threshold_are_taken(name: str) -> None:
    for numbers in (
        [number.lowest for number in PREPROCESSORS[name].thresholds],
        [1000.0, 1000.0],
        [0.0, 0.0],
    ):
        first, second = (*numbers, None, None)[:2]
        made = find_preprocessor(name, (first, second), networks())(grain())
        assert bool(torch.isfinite(made).all()), numbers


def test_line_art_is_white_on_black_and_follows_dark_lines() -> None:
    lines = lineart(ink(), 1, 5)
    assert float(lines[0, 47, 20:76].min()) > 0.9
    assert float(lines[0, :36].max()) == 0 and float(lines[0, 60:].max()) == 0
    assert torch.equal(lines[0], lines[2])


def test_wider_line_art_has_wider_lines_and_a_higher_threshold_fewer() -> None:
    assert float(lineart(card(), 3, 5).sum()) > float(lineart(card(), 1, 5).sum())
    assert float(lineart(card(gray=0.2), 1, 5).sum()) > 0 == float(lineart(card(gray=0.2), 1, 40).sum())


def test_scribbles_are_thick_and_have_no_grays() -> None:
    lines = scribble(ink(), 32)
    assert set(lines.unique().tolist()) == {0.0, 1.0}
    assert 3 < int(lines[0, :, 48].sum()) < 12
    assert float(scribble(ink(), 255 * 2).sum()) == 0


def test_soft_edges_are_brighter_on_a_border_than_in_grain() -> None:
    border, texture = softedge(card(), 0), softedge(grain(), 0)
    assert float(border[0, 48, 23:25].max()) > 0.9 and float(border[0, 48, 48]) < 0.05
    assert float(texture.mean()) < 0.3


def test_soft_edges_see_colors_of_equal_brightness() -> None:
    image = torch.zeros(3, 64, 64)
    image[0, :, :32], image[1, :, 32:] = 0.587, 0.299
    assert float(softedge(image, 0)[0, 32, 30:34].max()) > 0.5


def test_safe_steps_leave_few_grays() -> None:
    assert len(softedge(card(), 0).unique()) > 50
    grays = {round(gray * 3, 4) for gray in softedge(card(), 2).unique().tolist()}
    assert len(grays) > 2 and grays <= {0, 1, 2, 3}


def test_straight_lines_are_found_by_length_and_contrast() -> None:
    lines = straight_lines(card(), 0.1, 5)
    rows, columns = lines[0].nonzero(as_tuple=True)
    from_border = torch.minimum((rows - 24).abs(), (rows - 72).abs()).minimum(
        torch.minimum((columns - 24).abs(), (columns - 72).abs())
    )
    assert len(rows) > 150 and int(from_border.max()) <= 2
    assert float(straight_lines(card(), 0.1, 60).sum()) == 0
    assert float(straight_lines(card(gray=0.2), 0.1, 5).sum()) > 0
    assert float(straight_lines(card(gray=0.2), 0.3, 5).sum()) == 0
    assert float(straight_lines(torch.zeros(3, 64, 64), 0, 0).sum()) == 0


def test_normals_are_red_to_the_left_green_upward_and_blue_to_the_camera() -> None:
    flat = normal(card(), Ramp(0), 2.0)  # all of it is background
    assert flat[:, 48, 48].tolist() == pytest.approx([0.5, 0.5, 1.0])
    left, up = (normal(card(), Ramp(axis), 0.0)[:, 48, 48] for axis in (1, 0))
    assert float(left[0]) > 0.7 and float(left[1]) == pytest.approx(0.5)
    assert float(up[1]) > 0.7 and float(up[0]) == pytest.approx(0.5)
    lengths = (normal(card(), FakeDepth(), 0.4) * 2 - 1).square().sum(0)
    assert torch.allclose(lengths, torch.ones_like(lengths), atol=1e-5)


def test_the_far_background_faces_the_camera() -> None:
    normals = normal(card(), Ramp(1), 0.5)
    assert normals[:, 48, 20].tolist() == pytest.approx([0.5, 0.5, 1.0])
    assert float(normals[0, 48, 80]) > 0.7


def test_tones() -> None:
    image = card(gray=0.5)
    assert torch.equal(invert(image), 1 - image)
    assert torch.equal(threshold(image, 127), (image > 0).float())
    assert float(threshold(image, 128).max()) == 0
    gray = recolor(image, 1)
    assert float(gray[0, 48, 48]) == pytest.approx(0.534, abs=0.01)  # the lightness of middle gray
    assert float(recolor(image, 2)[0, 48, 48]) == pytest.approx(float(gray[0, 48, 48]) ** 2, abs=1e-5)
    assert torch.equal(gray[0], gray[1])


def test_shuffling_moves_the_content_but_keeps_the_colors() -> None:
    image = card()
    one, other = shuffle(image, 0), shuffle(image, 1)
    assert float((one - image).abs().mean()) > 0.1 and float((one - other).abs().mean()) > 0.1
    assert torch.equal(one, shuffle(image, 0))
    assert 0.02 < float(one.mean()) < 0.8


def test_a_shuffle_is_the_same_at_every_size() -> None:
    small, large = shuffle(card(96), 5), shuffle(card(192), 5)
    halved = torch.nn.functional.avg_pool2d(large[None], 2)[0]
    assert float((small - halved).abs().mean()) < 0.03
