"""The whole chain before a diffusion at sizes people ask for."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from animator.images.camera import Camera, Move3D, rigid
from animator.images.color import Coherence, contrast, match_color
from animator.images.depth_map import normalize, pinhole_distance, prepare_depth
from animator.images.inpaint import extend_background
from animator.images.noise import Perlin, perlin_noise
from animator.images.pinhole import pinhole_view
from animator.images.resample import Border, Sampling
from animator.images.sharpen import Sharpen, sharpen
from animator.images.warp2d import Move2D
from animator.images.warp3d import warp3d
from tests.warps import warp2d

SIZES = [
    (64, 64),
    (64, 64 * 3),
    (333, 97),
    (512, 768),
    pytest.param((2048, 1152), marks=pytest.mark.slow),
    pytest.param((2048, 2048), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_chain(size: tuple[int, int], make_image: Callable[..., Tensor]) -> None:
    first, depth = make_image(*size), make_image(*size, seed=1)[0]
    motion, camera = rigid(Move3D((5.0, 0, 10.0), (0, 1.0, 0))), Camera()
    last = warp2d(first, Move2D(1.0, 1.02, (2.0, 1.0)), Border.REPLICATE, Sampling.STEADY)
    z = 2.0 - prepare_depth(depth)
    last = warp3d(last, z, motion, camera, Border.REPLICATE, Sampling.BICUBIC)
    view = pinhole_view(last, pinhole_distance(normalize(depth), camera), motion, camera)
    last = extend_background(view.image, view.z, view.revealed)
    last = contrast(match_color(last, first, Coherence.LAB), 1.02)
    last = perlin_noise(sharpen(last, Sharpen()), 0.065, Perlin(), torch.Generator().manual_seed(1))
    assert last.shape == (3, *size)
    assert last.dtype == torch.float32
    assert last.isfinite().all()
    assert last.min() >= 0.0
    assert last.max() <= 1.0
    # Colors are matched to the first image and then pulled a little towards gray.
    assert (last.mean((1, 2)) - first.mean((1, 2))).abs().max() < 0.03
