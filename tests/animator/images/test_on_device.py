"""Every operation between two diffusions stays on its device.

Tensors on the meta device have shapes but no values: whatever needed a value on the host, or a shape that
depends on values, would raise. On a GPU, synchronisation raises and the results are those of the CPU.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor

from animator.images import depth_map
from animator.images.camera import Camera, Move3D, rigid
from animator.images.color import Coherence, contrast, grayscale, match_color, match_palette, palette_of
from animator.images.colorspace import mix_light
from animator.images.composed import compose_grids
from animator.images.deforum.color import cumulative_histogram, match_levels
from animator.images.deforum.hsv8 import hsv_levels_from_rgb
from animator.images.glow import glow
from animator.images.inpaint import extend_background
from animator.images.kaleidoscope import kaleidoscope, mirrored
from animator.images.lut import Interpolate, tetrahedral, trilinear
from animator.images.mask_tone import equalize_mask, stretch
from animator.images.noise import Perlin, perlin_noise, uniform_noise
from animator.images.pinhole import pinhole_view
from animator.images.resample import Border, Sampling
from animator.images.sharpen import Sharpen, sharpen
from animator.images.warp2d import Flip, Move2D
from animator.images.warp3d import projection_grid, warp3d
from animator.images.white_balance import white_balance
from animator.loop.steps.depth_source import Equalized
from animator.models.flow.warp import consistency, warp_by_flow
from tests.warps import warp2d

MOVE = Move2D(3.0, 1.05, (2.0, 1.0), flip=Flip(1.0, 2.0, 3.0))
MOTION = rigid(Move3D((5.0, 2.0, 10.0), (1.0, 2.0, 3.0)))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def warp_in_3d(image: Tensor, plane: Tensor) -> Tensor:
    z = 2.0 - Equalized().normalize(plane)
    return warp3d(image, z, MOTION, Camera(), Border.REFLECT, Sampling.BICUBIC)


def see_through_a_pinhole(image: Tensor, plane: Tensor) -> Tensor:
    view = pinhole_view(image, plane + 1.0, MOTION, Camera())
    filled = extend_background(view.image, view.z, view.revealed)
    return uniform_noise(filled, 0.3, generator(), view.revealed)


def follow_flow(image: Tensor, plane: Tensor) -> Tensor:
    flow = torch.stack((plane, plane)) * 3.0
    return warp_by_flow(image, flow * consistency(flow, -flow), 0.7)


def composed_twice(image: Tensor, plane: Tensor) -> Tensor:
    grid = projection_grid(plane + 1.0, MOTION, Camera())
    return compose_grids(grid, grid).permute(2, 0, 1)


def palette_each_time(image: Tensor, plane: Tensor) -> Tensor:
    return match_palette(image, palette_of(1.0 - image, Coherence.LAB))


Operation = Callable[[Tensor, Tensor], Tensor]


def warped(border: Border, sampling: Sampling) -> Operation:
    return lambda image, _: warp2d(image, MOVE, border, sampling)


def matched_in(space: Coherence) -> Operation:
    return lambda image, plane: match_color(image, image * plane, space)


def in_colors_of_a_lut(between: Interpolate) -> Operation:
    return lambda image, _: between(torch.ones((3, 3, 3, 3), device=image.device), image)


OPERATIONS: dict[str, Operation] = {
    "mirrored": lambda image, _: mirrored(image, 2, from_end=True),
    "kaleidoscope": lambda image, _: kaleidoscope(image, 5, 20.0, (0.4, 0.6)),
    "glow": lambda image, _: glow(image, 0.5, 0.4, 20.0),
    "white balance": lambda image, _: mix_light(image, white_balance(40.0, 10.0)),
    "lut trilinear": in_colors_of_a_lut(trilinear),
    "lut tetrahedral": in_colors_of_a_lut(tetrahedral),
    **{
        f"warp2d {border.value} {sampling.value}": warped(border, sampling)
        for border in Border
        for sampling in Sampling
    },
    **{f"match {space.value}": matched_in(space) for space in (Coherence.LAB, Coherence.HSV, Coherence.RGB)},
    "palette": palette_each_time,
    "grayscale": lambda p, _: grayscale(p),
    "contrast": lambda p, _: contrast(p, 1.2),
    "sharpen": lambda p, m: sharpen(p, Sharpen(5, 1.0, 1.0, 2.0), m),
    "uniform noise": lambda p, m: uniform_noise(p, 0.2, generator(), m),
    "perlin noise": lambda p, m: perlin_noise(p, 0.2, Perlin(), generator(), m),
    "warp3d": warp_in_3d,
    "steady depth": lambda _, m: depth_map.stabilize(m * 3.0, m),
    "pinhole and fill": see_through_a_pinhole,
    "flow": follow_flow,
    "composed grids": composed_twice,
    "8-bit HSV": lambda p, _: hsv_levels_from_rgb((p * 255).to(torch.int32)),
    "8-bit histograms": lambda p, m: match_levels(
        (p * 255).to(torch.int32), cumulative_histogram((p * m * 255).to(torch.int32))
    ),
}
OPERATIONS |= {
    "mask equalized": lambda _, m: equalize_mask(m),
    "mask stretched": lambda _, m: stretch(m, 20.0, 80.0),
    "8-bit histograms of a part": lambda p, m: match_levels(
        (p * 255).to(torch.int32), cumulative_histogram((p * 255).to(torch.int32)), (m > 0.5).flatten()
    ),
}
EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


@EVERY
def test_nothing_needs_a_value_on_the_host(operation: Callable[[Tensor, Tensor], Tensor]) -> None:
    result = operation(torch.empty(3, 48, 65, device="meta"), torch.empty(48, 65, device="meta"))
    assert result.shape[-2:] == (48, 65)
    assert result.device.type == "meta"


@contextmanager
def no_synchronisation() -> Iterator[None]:
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@EVERY
def test_a_gpu_is_never_waited_for_and_agrees(
    operation: Callable[[Tensor, Tensor], Tensor], make_image: Callable[..., Tensor]
) -> None:
    image = make_image(96, 130)
    plane = make_image(96, 130, seed=1)[0]
    on_gpu = image.cuda(), plane.cuda()
    torch.cuda.synchronize()
    with no_synchronisation():
        result = operation(*on_gpu)
    wanted = operation(image, plane).float()
    difference = (result.cpu().float() - wanted).abs() / wanted.abs().max().clamp_min(1.0)
    # At the edge of a surface or a bin the last bit of a float decides.
    assert difference.mean() < 1e-3
    assert difference.flatten().quantile(0.99) < 5e-3
