import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images import opencv, tiles
from animator.images.resample import Border, Sampling, sample
from animator.images.tile_positions import MatrixPositions, turned_tile
from animator.images.warp2d import Flip, Move2D, inverse, matrix2d, warp_by_matrix
from animator.models.flow.warp import warp_by_flow

SAMPLINGS = [Sampling.BILINEAR, Sampling.BICUBIC, Sampling.STEADY]
MOVES = {
    "a small turn": Move2D(angle_deg=2.0, zoom=1.03, shift_px=(4.3, -2.1)),
    "a large turn": Move2D(angle_deg=70.0, zoom=0.7),
    "far away": Move2D(zoom=0.05),
    "a flip": Move2D(flip=Flip(theta=5.0, phi=20.0, gamma=-15.0)),
}


@pytest.fixture
def wide() -> Tensor:
    """An image of several tiles in both directions, the last ones incomplete."""
    coarse = torch.rand(1, 3, 20, 100, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(coarse, (150, 1100), mode="bilinear")[0]


def by_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opencv, "can_read", lambda image, size: False)


@pytest.mark.parametrize("border", list(Border))
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("reach", [0.02, 3.0])
def test_tiles_read_what_the_whole_image_has(
    wide: Tensor, border: Border, sampling: Sampling, reach: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = torch.rand(150, 1100, 2, generator=torch.Generator().manual_seed(1)) * 2 - 1
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, 150), torch.linspace(-1, 1, 1100), indexing="ij")
    grid = torch.stack((columns, rows), -1) + reach * noise
    by_tiles = sample(wide, grid, border, sampling)
    by_pytorch(monkeypatch)
    # PyTorch's positions are normalized, and rounded once more where it wraps them.
    torch.testing.assert_close(by_tiles, sample(wide, grid, border, sampling), atol=1e-3, rtol=0)


@pytest.mark.parametrize("border", list(Border))
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("move", MOVES)
def test_a_matrix_warps_as_its_grid_does(
    wide: Tensor, border: Border, sampling: Sampling, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = matrix2d(MOVES[move], 1100, 150)
    by_tiles = warp_by_matrix(wide, matrix, border, sampling)
    by_pytorch(monkeypatch)
    difference = (by_tiles - warp_by_matrix(wide, matrix, border, sampling)).abs()
    # At black edges, where an image jumps, the last bit of a position decides.
    assert difference.quantile(0.99) < 2e-4 and difference.mean() < 1e-3


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("border", [Border.REPLICATE, Border.ZEROS])
def test_a_horizon_in_the_image_is_warped_as_by_a_grid(
    wide: Tensor, border: Border, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = matrix2d(Move2D(flip=Flip(phi=89.0, fv=120.0)), 1100, 150)
    by_tiles = warp_by_matrix(wide, matrix, border, sampling)
    by_pytorch(monkeypatch)
    assert (by_tiles - warp_by_matrix(wide, matrix, border, sampling)).abs().mean() < 1e-4


def test_a_warp_does_not_round_positions() -> None:
    """A slope, which bilinear sampling keeps, shows the positions that are read."""
    x, y = np.meshgrid(np.arange(1100.0), np.arange(150.0))
    slope = torch.tensor(x / 1100, dtype=torch.float32).expand(3, -1, -1)
    matrix = matrix2d(Move2D(angle_deg=1.0, zoom=1.1), 1100, 150)
    warped = warp_by_matrix(slope, matrix, Border.REPLICATE, Sampling.BILINEAR)[0].double().numpy()
    across = inverse(matrix)[0] @ np.stack((x.ravel(), y.ravel(), np.ones(x.size)))
    is_inside = (across > 2.0) & (across < 1097.0)
    error_px = np.abs(warped.ravel() * 1100 - across)[is_inside]
    assert error_px.max() < 5e-4


def test_few_channels_are_read_too(wide: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = torch.rand(70, 600, 2, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for count in (1, 2, 4):
        image = torch.cat((wide, wide))[:count]
        by_tiles = sample(image, grid, Border.REFLECT, Sampling.STEADY)
        with monkeypatch.context() as patch:
            by_pytorch(patch)
            read = sample(image, grid, Border.REFLECT, Sampling.STEADY)
        torch.testing.assert_close(by_tiles, read, atol=1e-4, rtol=0)


def test_a_flow_warps_as_its_grid_does(wide: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = torch.randn(2, 150, 1100, generator=torch.Generator().manual_seed(1)) * 5
    flow[:, 3, 7] = torch.nan
    by_tiles = warp_by_flow(wide, flow, 0.7)
    by_pytorch(monkeypatch)
    torch.testing.assert_close(by_tiles, warp_by_flow(wide, flow, 0.7), atol=1e-4, rtol=0)


@pytest.mark.parametrize("border", list(Border))
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("angle", [0.0, 45.0, 90.0])
def test_tiles_that_read_too_much_are_cut(
    wide: Tensor, border: Border, sampling: Sampling, angle: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = matrix2d(Move2D(angle_deg=angle, zoom=0.6, shift_px=(20.0, 7.0)), 1100, 150)
    monkeypatch.setattr(tiles, "_MOST_PIXELS", 9000)
    by_tiles = warp_by_matrix(wide, matrix, border, sampling)
    by_pytorch(monkeypatch)
    difference = (by_tiles - warp_by_matrix(wide, matrix, border, sampling)).abs()
    assert difference.quantile(0.99) < 2e-4 and difference.mean() < 1e-3


def test_tiles_are_narrow_where_an_image_turns() -> None:
    def shape(angle: float) -> tuple[int, int]:
        matrix = inverse(matrix2d(Move2D(angle_deg=angle), 1024, 1024))
        return turned_tile(MatrixPositions(matrix, (1024, 1024)), 1024, 65536)

    assert shape(1.0) == (64, 1024)
    assert shape(45.0) == (256, 256)


def test_a_flow_of_large_differences_warps_as_its_grid_does(
    wide: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = torch.linspace(-300.0, 300.0, 1100).expand(2, 150, 1100).clone()
    flow[1] *= 0.2
    by_tiles = warp_by_flow(wide, flow, -0.5)
    by_pytorch(monkeypatch)
    torch.testing.assert_close(by_tiles, warp_by_flow(wide, flow, -0.5), atol=1e-3, rtol=0)
