"""Speed of the image operations against the usual libraries, and quality of the pinhole camera.

    pytest tests/benchmarks/test_images.py -m benchmark_suite -n 0 --benchmark-group-by=group

Both sides run in the same process on the same number of threads (OMP_NUM_THREADS, by default one). The color
match and the whole chain are compared if scikit-image is installed. If there is a CUDA device, our operations
are timed on it too.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.images import depth_map
from animator.images.camera import Camera, Move3D, rigid
from animator.images.color import Coherence, contrast, match_palette, palette_of
from animator.images.inpaint import extend_background
from animator.images.noise import Perlin, perlin_noise, uniform_noise
from animator.images.pinhole import pinhole_view
from animator.images.resample import Border, Sampling
from animator.images.sharpen import Sharpen, sharpen
from animator.images.warp2d import Move2D, matrix2d
from animator.images.warp3d import warp3d
from animator.models.flow.warp import warp_by_flow
from tests.warps import warp2d

from . import novel_view
from . import straightforward as plain
from .raycaster import scenes

pytestmark = pytest.mark.benchmark_suite
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
MOVE = Move2D(angle_deg=1.0, zoom=1.02, shift_px=(3.0, 1.0))
MOTION = rigid(Move3D((2.0, 0.0, 10.0), (0.2, 0.5, 0.3)))
CAMERA = Camera()


@pytest.fixture(autouse=True)
def threads() -> None:
    number = int(os.environ.get("OMP_NUM_THREADS", "1"))
    torch.set_num_threads(number)
    cv2.setNumThreads(number)


@dataclass(frozen=True)
class Bench:
    """Image, color reference and depth map of one size, as tensors on a device and as arrays."""

    image: Tensor
    reference: Tensor
    depth: Tensor

    @property
    def array(self) -> plain.Array:
        return plain.to_array(self.image)

    @property
    def matrix(self) -> Any:
        return matrix2d(MOVE, self.image.shape[-1], self.image.shape[-2])


def bench(size: int, device: str = "cpu") -> Bench:
    # From now on glibc keeps freed memory, as in a film: new pages would cost more than the operations.
    torch.empty(31 << 20, dtype=torch.uint8)
    rng = torch.Generator().manual_seed(0)

    def blobs(channels: int) -> Tensor:
        coarse = torch.rand((1, channels, size // 16 + 2, size // 16 + 2), generator=rng)
        fine = 0.1 * torch.rand((channels, size, size), generator=rng)
        soft = functional.interpolate(coarse, (size, size), mode="bicubic")[0]
        return (0.85 * soft + fine).clamp(0, 1).to(device)

    return Bench(blobs(3), blobs(3), blobs(1)[0] * 20 + 2)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def chain_2d(b: Bench) -> Callable[[], Tensor]:
    """Returns all steps before the diffusion in 2D: warp, color, contrast, anti-blur, noise."""
    palette = palette_of(b.reference, Coherence.LAB)

    def run() -> Tensor:
        return _rest(warp2d(b.image, MOVE, Border.REPLICATE), palette)

    return run


def chain_3d(b: Bench) -> Callable[[], Tensor]:
    """Returns all steps before the diffusion in 3D except the depth network."""
    palette = palette_of(b.reference, Coherence.LAB)

    def run() -> Tensor:
        z = 2.0 - depth_map.prepare_depth(b.depth)
        return _rest(warp3d(b.image, z, MOTION, CAMERA, Border.REPLICATE, Sampling.BICUBIC), palette)

    return run


def _rest(image: Tensor, palette: Any) -> Tensor:
    image = contrast(match_palette(image, palette), 1.02)
    return perlin_noise(sharpen(image, Sharpen()), 0.065, Perlin(), generator())


def plain_chain(b: Bench, warp: Callable[[plain.Array], plain.Array]) -> Callable[[], Tensor]:
    pytest.importorskip("skimage")
    reference = plain.to_array(b.reference)

    def run() -> Tensor:
        array = plain.match_color(warp(plain.to_array(b.image)), reference, "LAB")
        array = plain.sharpen(np.clip(array * 1.02, 0, 1), 0.1)
        return plain.to_image(plain.perlin_noise(array, 0.065, generator()))

    return run


def match(space: Coherence) -> Callable[[Bench], Callable[[], Tensor]]:
    def prepare(b: Bench) -> Callable[[], Tensor]:
        palette = palette_of(b.reference, space)
        return lambda: match_palette(b.image, palette)

    return prepare


def plain_match(space: str) -> Callable[[Bench], Callable[[], Any]]:
    def prepare(b: Bench) -> Callable[[], Any]:
        pytest.importorskip("skimage")
        array, reference = b.array, plain.to_array(b.reference)
        return lambda: plain.match_color(array, reference, space)

    return prepare


def plain_noise(b: Bench) -> Callable[[], Any]:
    array = b.array
    return lambda: plain.perlin_noise(array, 0.065, generator())


def plain_on(function: Callable[..., Any], *rest: Any) -> Callable[[Bench], Callable[[], Any]]:
    """Returns a baseline function on the array, without the cost of conversions."""

    def prepare(b: Bench) -> Callable[[], Any]:
        array = b.array
        return lambda: function(array, *rest)

    return prepare


def pinhole(b: Bench) -> Callable[[], Tensor]:
    z = depth_map.pinhole_distance(depth_map.normalize(b.depth), CAMERA)

    def run() -> Tensor:
        view = pinhole_view(b.image, z, MOTION, CAMERA)
        return extend_background(view.image, view.z, view.revealed)

    return run


OURS: dict[str, Callable[[Bench], Callable[[], Tensor]]] = {
    "warp2d bilinear": lambda b: lambda: warp2d(b.image, MOVE, Border.REPLICATE),
    "warp2d bicubic": lambda b: lambda: warp2d(b.image, MOVE, Border.REPLICATE, Sampling.BICUBIC),
    "warp2d steady": lambda b: lambda: warp2d(b.image, MOVE, Border.REPLICATE, Sampling.STEADY),
    "warp2d lanczos": lambda b: lambda: warp2d(b.image, MOVE, Border.REPLICATE, Sampling.LANCZOS),
    "warp3d bicubic": lambda b: (
        lambda: warp3d(
            b.image,
            2.0 - depth_map.prepare_depth(b.depth),
            MOTION,
            CAMERA,
            Border.REPLICATE,
            Sampling.BICUBIC,
        )
    ),
    "match LAB": match(Coherence.LAB),
    "match HSV": match(Coherence.HSV),
    "match RGB": match(Coherence.RGB),
    "sharpen": lambda b: lambda: sharpen(b.image, Sharpen()),
    "perlin noise": lambda b: lambda: perlin_noise(b.image, 0.065, Perlin(), generator()),
    "uniform noise": lambda b: lambda: uniform_noise(b.image, 0.065, generator()),
    "pinhole and fill": pinhole,
    "warp by flow": lambda b: lambda: warp_by_flow(b.image, b.image[:2] * 5),
    "chain 2d": chain_2d,
    "chain 3d": chain_3d,
}
PLAIN: dict[str, Callable[[Bench], Callable[[], Any]]] = {
    "warp2d bilinear": lambda b: plain_on(plain.warp2d, b.matrix)(b),
    "warp2d bicubic": lambda b: plain_on(plain.warp2d_bicubic, b.matrix)(b),
    "warp2d steady": lambda b: plain_on(plain.warp2d_steady, b.matrix)(b),
    "warp by flow": lambda b: plain_on(plain.warp_by_flow, b.image[:2].numpy() * 5)(b),
    "warp3d bicubic": lambda b: plain_on(plain.warp3d, b.depth.numpy(), MOTION, CAMERA)(b),
    "match LAB": plain_match("LAB"),
    "match HSV": plain_match("HSV"),
    "match RGB": plain_match("RGB"),
    "sharpen": plain_on(plain.sharpen, 0.1),
    "perlin noise": plain_noise,
    "chain 2d": lambda b: plain_chain(b, lambda array: plain.warp2d(array, b.matrix)),
    "chain 3d": lambda b: plain_chain(b, lambda array: plain.warp3d(array, b.depth.numpy(), MOTION, CAMERA)),
}


@pytest.mark.parametrize("size", [512, 1024])
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", OURS)
def test_our_operation(benchmark: Any, name: str, size: int, device: str) -> None:
    benchmark.group = f"{name} {size}"
    run = OURS[name](bench(size, device))

    def run_and_wait() -> None:
        run()
        if device == "cuda":
            torch.cuda.synchronize()

    benchmark.pedantic(run_and_wait, rounds=10 if size == 512 else 5, warmup_rounds=2)


@pytest.mark.parametrize("size", [512, 1024])
@pytest.mark.parametrize("name", PLAIN)
def test_baseline(benchmark: Any, name: str, size: int) -> None:
    benchmark.group = f"{name} {size}"
    benchmark.pedantic(PLAIN[name](bench(size)), rounds=5 if size == 512 else 3, warmup_rounds=1)


@pytest.mark.parametrize("name", [n for n in PLAIN if not n.startswith(("match", "chain"))])
def test_our_operation_equals_the_baseline(name: str) -> None:
    ours, theirs = OURS[name](bench(512))(), PLAIN[name](bench(512))()
    assert np.abs(plain.to_array(ours) - theirs).mean() < 1e-3


@pytest.mark.parametrize("scene", scenes())
def test_novel_view(benchmark: Any, scene: str) -> None:
    """Stores PSNR and SSIM of the pinhole camera and of Deforum's projection in `extra_info`."""
    rows = benchmark.pedantic(novel_view.compare, args=(scene, (256, 256)), rounds=1)
    benchmark.group = "novel view"
    benchmark.extra_info.update({row.move: row.as_text() for row in rows})
    for row in rows:
        assert row.pinhole_psnr > row.deforum_psnr + 6.0
