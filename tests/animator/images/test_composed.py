from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from animator.images.camera import Camera, Matrix, Move3D, rigid
from animator.images.composed import compose_grids
from animator.images.grid import identity_grid
from animator.images.resample import Border, Sampling, sample
from animator.images.warp2d import Move2D, matrix2d, matrix_grid, warp_by_matrix
from animator.images.warp3d import projection_grid


def inverse(matrix: Matrix) -> Matrix:
    return np.linalg.inv(matrix).astype(np.float64)


def test_the_still_grid_reads_the_image_itself(image: Tensor) -> None:
    grid = identity_grid(96, 96, image.device)
    read = sample(image, grid, Border.ZEROS, Sampling.BILINEAR)
    torch.testing.assert_close(read, image, atol=1e-4, rtol=0)


def test_grids_compose_as_matrices_do() -> None:
    first, second = Move2D(5.0, 1.1, (4.0, 2.0)), Move2D(-3.0, 0.9)
    grids = [matrix_grid(inverse(matrix2d(m, 80, 60)), 80, 60, torch.device("cpu")) for m in (first, second)]
    both = inverse(matrix2d(second, 80, 60) @ matrix2d(first, 80, 60))
    wanted = matrix_grid(both, 80, 60, torch.device("cpu"))
    inside = (wanted.abs() < 0.9).all(-1) & (grids[1].abs() < 0.9).all(-1)
    assert inside.float().mean() > 0.4
    torch.testing.assert_close(compose_grids(*grids)[inside], wanted[inside], atol=1e-5, rtol=0)


def test_a_border_is_met_only_once() -> None:
    """Two shifts of 3 pixels wrap like one of 6, though the first grid ends at the edge."""
    image = torch.rand(3, 8, 16, generator=torch.Generator().manual_seed(1))
    grid = matrix_grid(inverse(matrix2d(Move2D(shift_px=(3.0, 0.0)), 16, 8)), 16, 8, torch.device("cpu"))
    twice = sample(image, compose_grids(grid, grid), Border.WRAP, Sampling.NEAREST)
    torch.testing.assert_close(twice, image.roll(6, 2))


def test_3d_grids_compose() -> None:
    z = torch.rand(40, 50, generator=torch.Generator().manual_seed(2)) * 0.01 + 1.5
    motion = rigid(Move3D((1.0, 0.5, 2.0), (0.1, 0.2, 0.3)))
    step = projection_grid(z, motion, Camera())
    two = compose_grids(step, step)
    still = identity_grid(40, 50, z.device)
    # Small steps nearly add up; the border rows have less to go by.
    torch.testing.assert_close((two - still)[5:-5, 5:-5], 2 * (step - still)[5:-5, 5:-5], atol=3e-3, rtol=0)


def test_one_read_keeps_more_detail_than_many(make_image: Callable[..., Tensor]) -> None:
    start = make_image(96, 96, grain=4)
    moves = [Move2D(angle_deg=1.0, zoom=1.002)] * 5
    stepwise = start
    for move in moves:
        stepwise = warp_by_matrix(stepwise, matrix2d(move, 96, 96), Border.REPLICATE, Sampling.BILINEAR)
    product = np.linalg.matrix_power(matrix2d(moves[0], 96, 96), len(moves))
    once = warp_by_matrix(start, product, Border.REPLICATE, Sampling.BILINEAR)
    inner = slice(16, -16)

    def variance(image: Tensor) -> float:
        return float(torch.diff(image[:, inner, inner], dim=2).var())

    assert variance(once) > 1.15 * variance(stepwise)
