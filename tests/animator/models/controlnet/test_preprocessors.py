"""ControlNet preprocessors."""

import pytest
import torch

from animator.models.controlnet.preprocessors.depth import depth
from animator.models.controlnet.preprocessors.edges import canny
from animator.models.controlnet.preprocessors.find import Preprocessor, find_preprocessor
from animator.models.controlnet.preprocessors.regions import blur, tile
from animator.models.controlnet.preprocessors.resize import resize_to
from animator.models.depth.model import DepthModel, FakeDepth
from tests.animator.models.controlnet.tiny_networks import networks


def card() -> torch.Tensor:
    """A white square on black, 64 x 64, its border between pixels 15 and 16."""
    image = torch.zeros(3, 64, 64)
    image[:, 16:48, 16:48] = 1
    return image


def no_depth() -> DepthModel:
    raise AssertionError("no depth network is needed")


def made(name: str, low: float | None = None, high: float | None = None) -> Preprocessor:
    return find_preprocessor(name, (low, high), networks(depth=no_depth))


def test_canny_generates_white_lines_along_edges() -> None:
    edges = canny(card(), 100, 200)
    assert edges.shape == (3, 64, 64) and set(edges.unique().tolist()) == {0.0, 1.0}
    rows, columns = edges[0].nonzero(as_tuple=True)
    border = ((rows - 15.5).abs() < 2) | ((rows - 47.5).abs() < 2)
    border |= ((columns - 15.5).abs() < 2) | ((columns - 47.5).abs() < 2)
    assert bool(border.all()) and 100 < len(rows) < 140


def test_canny_thresholds_act() -> None:
    soft = card() * 0.2 + torch.linspace(0, 0.1, 64)
    assert float(canny(soft, 300, 600).sum()) < float(canny(soft, 10, 30).sum())
    faint = made("canny", 10, 30)
    assert torch.equal(faint(soft), canny(soft, 10, 30))
    assert torch.equal(made("canny")(card()), canny(card(), 100, 200))


def test_depth_is_white_where_it_is_near() -> None:
    control = depth(card(), FakeDepth())
    near = FakeDepth().estimate(card())
    assert control.shape == (3, 64, 64) and float(control.min()) == 0 and float(control.max()) == 1
    assert torch.equal(control[0], control[2])
    assert bool(control[0].flatten().argmax() == near.flatten().argmax())
    assert torch.equal(find_preprocessor("depth", (None, None), networks())(card()), control)


def test_blur_keeps_the_mean_and_takes_the_detail() -> None:
    blurred = blur(card(), 4.0)
    assert float(blurred.mean()) == pytest.approx(float(card().mean()), abs=1e-4)
    assert float(blurred[0, 32, 15]) == pytest.approx(0.45, abs=0.05)  # just outside of the border
    assert torch.equal(blur(card(), 0), card())
    assert torch.isfinite(blur(card()[:, :5, :7], 9.0)).all()
    assert torch.equal(made("blur")(card()), blur(card(), 9.0))


def test_tile_keeps_the_image_but_not_what_is_finer() -> None:
    fine = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(0))
    coarse = tile(fine, 8)
    assert coarse.shape == fine.shape and float(coarse.std()) < 0.3 * float(fine.std())
    assert torch.equal(tile(fine, 1), fine) and torch.equal(made("tile")(fine), fine)
    assert torch.equal(made("tile", 8)(fine), coarse)


def test_nothing_is_nothing() -> None:
    assert made("none")(card()) is not None
    assert torch.equal(made("none")(card()), card())


@pytest.mark.parametrize("size", [(100, 52), (52, 100), (64, 64), (33, 128), (7, 9)])
@pytest.mark.parametrize("how", ["stretch", "crop", "pad"])
def test_every_shape_comes_to_every_size(size: tuple[int, int], how: str) -> None:
    found = resize_to(torch.rand(3, 40, 60), size, how)
    assert found.shape == (3, size[1], size[0])
    assert float(found.min()) >= 0 and float(found.max()) <= 1


def test_the_resize_modes_differ_as_documented() -> None:
    white = torch.ones(3, 40, 80)
    padded = resize_to(white, (80, 80), "pad")
    assert float(padded[:, :19].max()) == 0 and float(padded[:, 21:59].min()) > 0.99
    assert float(resize_to(white, (80, 80), "crop").min()) > 0.99
    ramp = torch.linspace(0, 1, 80).expand(3, 40, 80)
    cropped, stretched = resize_to(ramp, (40, 40), "crop"), resize_to(ramp, (40, 40), "stretch")
    assert float(cropped[0, 20, 0]) == pytest.approx(0.25, abs=0.03)  # the sides are gone
    assert float(stretched[0, 20, 0]) == pytest.approx(0.0, abs=0.03)
