"""Compares 3D warps with exact depth to the ray-traced view from the second position."""

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.camera import Camera, Move3D, Triple, rigid
from animator.images.depth_map import prepare_depth
from animator.images.inpaint import extend_background
from animator.images.pinhole import pinhole_view
from animator.images.resample import Border, Sampling
from animator.images.warp3d import warp3d

from .raycaster import Array, Shot, moves, scenes, seen_from_start, shoot, start


@dataclass(frozen=True)
class Row:
    """Quality of the warps for one camera move, in dB and SSIM.

    Attributes:
        scene, move: Names of scene and camera move.
        pinhole_psnr, pinhole_ssim: Our pinhole warp, on pixels visible to the first camera.
        deforum_psnr, deforum_ssim: Deforum's projection of equalized depth, at its best scale of translation
            and rotation.
        exact_psnr: Deforum's projection with true distances, which it never has.
        hidden_psnr: Pixels hidden from the first camera, which our warp fills from the background.
        hidden_deforum_psnr: The same pixels in Deforum's projection.
    """

    scene: str
    move: str
    pinhole_psnr: float
    pinhole_ssim: float
    deforum_psnr: float
    deforum_ssim: float
    exact_psnr: float
    hidden_psnr: float
    hidden_deforum_psnr: float

    def as_text(self) -> str:
        """Returns the row as one line of text."""
        return (
            f"pinhole {self.pinhole_psnr:.2f} dB {self.pinhole_ssim:.4f}, "
            f"deforum {self.deforum_psnr:.2f} dB {self.deforum_ssim:.4f} "
            f"(true distances {self.exact_psnr:.2f} dB), "
            f"hidden {self.hidden_psnr:.2f} dB against {self.hidden_deforum_psnr:.2f} dB"
        )


def compare(scene: str, size: tuple[int, int]) -> list[Row]:
    """Returns a row per move: the scene warped to each second position, compared with the true view."""
    surfaces, camera = scenes()[scene], Camera(fov_deg=60.0)
    first = shoot(surfaces, start(), camera, size)
    return [_row(scene, name, move, first, camera) for name, move in moves().items()]


def _row(scene: str, name: str, move: Move3D, first: Shot, camera: Camera) -> Row:
    truth = shoot(scenes()[scene], rigid(move), camera, first.z.shape)
    visible = seen_from_start(scenes()[scene], truth, camera)
    image = torch.from_numpy(first.image).permute(2, 0, 1).float().contiguous()
    z = torch.from_numpy(first.z).float()
    view = pinhole_view(image, z, rigid(move), camera)
    ours = _array(extend_background(view.image, view.z, view.revealed))
    even = 2.0 - prepare_depth(1.0 / z)
    theirs = best_projection(image, even, move, truth, visible)
    exact = best_projection(image, z / z.min(), move, truth, visible)
    return Row(
        scene=scene,
        move=name,
        pinhole_psnr=psnr(ours, truth.image, visible),
        pinhole_ssim=ssim(ours, truth.image, visible),
        deforum_psnr=psnr(theirs, truth.image, visible),
        deforum_ssim=ssim(theirs, truth.image, visible),
        exact_psnr=psnr(exact, truth.image, visible),
        hidden_psnr=psnr(ours, truth.image, ~visible),
        hidden_deforum_psnr=psnr(theirs, truth.image, ~visible),
    )


def best_projection(image: Tensor, z: Tensor, move: Move3D, truth: Shot, visible: NDArray[np.bool_]) -> Array:
    """Returns Deforum's projection (H, W, 3) at its best scales of translation and rotation."""
    shifts = np.geomspace(0.02, 3.0, 26)
    turns = (1.0,) if move.rotation_deg == (0.0, 0.0, 0.0) else (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
    candidates = []
    for shift, turn in itertools.product(shifts, turns):
        scaled = Move3D(_scaled(move.translation, shift), _scaled(move.rotation_deg, turn))
        camera = Camera(fov_deg=60.0)
        warped = _array(warp3d(image, z, rigid(scaled), camera, Border.REPLICATE, Sampling.BICUBIC))
        candidates.append((psnr(warped, truth.image, visible), warped))
    return max(candidates, key=lambda pair: pair[0])[1]


def _scaled(values: Triple, factor: float) -> Triple:
    return values[0] * factor, values[1] * factor, values[2] * factor


def _array(image: Tensor) -> Array:
    return image.permute(1, 2, 0).double().numpy()


def psnr(image: Array, truth: Array, mask: NDArray[np.bool_]) -> float:
    """Returns the peak signal-to-noise ratio in dB over the pixels of a mask."""
    error = ((image - truth) ** 2).mean(-1)[mask].mean()
    return float(-10 * np.log10(max(error, 1e-12)))


def ssim(image: Array, truth: Array, mask: NDArray[np.bool_]) -> float:
    """Returns the mean structural similarity over a mask (Wang 2004: 11 x 11 Gaussian, sigma 1.5)."""
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()

    def smooth(a: Array) -> Array:
        for axis in (0, 1):
            a = np.apply_along_axis(lambda v: np.convolve(np.pad(v, 5, "reflect"), taps, "valid"), axis, a)
        return a

    x, y = image.mean(-1), truth.mean(-1)
    mean_x, mean_y = smooth(x), smooth(y)
    var_x, var_y = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2
    both = smooth(x * y) - mean_x * mean_y
    score = ((2 * mean_x * mean_y + 1e-4) * (2 * both + 9e-4)) / (
        (mean_x**2 + mean_y**2 + 1e-4) * (var_x + var_y + 9e-4)
    )
    return float(score[mask].mean())
