"""Baseline of the image benchmarks: the same operations written with the usual libraries.

Float throughout, as ours: OpenCV on (H, W, 3) arrays, scikit-image for colors, PyTorch in eager mode for the
3D warp and for Perlin noise, each with its own conversions.
"""

import math

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from animator.images.camera import Camera, Matrix, Rigid

Array = NDArray[np.float32]


def to_array(image: Tensor) -> Array:
    """Converts (3, H, W) to (H, W, 3)."""
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())


def to_image(array: Array) -> Tensor:
    """Converts (H, W, 3) to (3, H, W)."""
    return torch.from_numpy(array.astype(np.float32)).permute(2, 0, 1).contiguous()


def warp2d(array: Array, matrix: Matrix) -> Array:
    """Warps with OpenCV's perspective warp, bilinear, edges replicated."""
    height, width = array.shape[:2]
    return cv2.warpPerspective(array, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def warp2d_bicubic(array: Array, matrix: Matrix) -> Array:
    """Warps with OpenCV's perspective warp, bicubic, edges replicated, overshoot cut off."""
    height, width = array.shape[:2]
    warped = cv2.warpPerspective(
        array, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.clip(warped, 0, 1, out=warped)


def warp2d_steady(array: Array, matrix: Matrix) -> Array:
    """Warps with two remaps at positions that NumPy computes: bicubic, and linear at eased ones."""
    back = np.linalg.inv(matrix).astype(np.float32)
    height, width = array.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    at = [(row[0] * x + row[1] * y + row[2]) / depth for row in back[:2]]
    pixels = [np.floor(position) for position in at]
    parts = [position - pixel for position, pixel in zip(at, pixels, strict=True)]
    near = [pixel + part * part * (3 - 2 * part) for pixel, part in zip(pixels, parts, strict=True)]
    cubic = cv2.remap(array, at[0], at[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    linear = cv2.remap(array, near[0], near[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    warped = cv2.addWeighted(cubic, 0.6, linear, 0.4, 0)
    return np.clip(warped, 0, 1, out=warped)


def warp_by_flow(array: Array, flow: Array) -> Array:
    """Warps along a flow (2, H, W) with OpenCV's remap, bilinear, edges replicated."""
    height, width = array.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return cv2.remap(array, x - flow[0], y - flow[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def prepare_depth(depth: Array) -> Array:
    """Normalizes depth to [0, 1] and equalizes it with NumPy."""
    even = (depth - depth.min()) / (depth.max() - depth.min())
    counts, edges = np.histogram(even, 1024, (0, 1))
    return np.interp(even, edges[:-1], counts.cumsum() / even.size).astype(np.float32)


def warp3d(array: Array, depth: Array, motion: Rigid, camera: Camera) -> Array:
    """Warps bicubically with PyTorch; computes points, projection and grid on each call."""
    height, width = array.shape[:2]
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    points = torch.stack((x, y, 2 - torch.from_numpy(prepare_depth(depth))), -1)
    new_points = points @ torch.tensor(motion.rotation) + torch.tensor(motion.translation)
    offset = (new_points[..., :2] / new_points[..., 2:] - points[..., :2] / points[..., 2:]) * camera.focal
    identity = functional.affine_grid(torch.eye(2, 3)[None], [1, 3, height, width], align_corners=False)
    warped = functional.grid_sample(
        to_image(array)[None], identity - offset[None], "bicubic", "border", align_corners=False
    )
    return to_array(warped[0].clamp(0, 1))


def match_color(array: Array, reference: Array, space: str) -> Array:
    """Matches colors with scikit-image's color spaces and `match_histograms`."""
    from skimage.color import hsv2rgb, lab2rgb, rgb2hsv, rgb2lab
    from skimage.exposure import match_histograms

    into, back = {"LAB": (rgb2lab, lab2rgb), "HSV": (rgb2hsv, hsv2rgb), "RGB": (np.asarray, np.asarray)}[
        space
    ]
    return np.asarray(back(match_histograms(into(array), into(reference), channel_axis=-1)), dtype=np.float32)


def sharpen(array: Array, amount: float) -> Array:
    """Sharpens with OpenCV's Gaussian blur and NumPy."""
    blurred = cv2.GaussianBlur(array, (5, 5), 1.0)
    return np.clip((1 + amount) * array - amount * blurred, 0, 1)


def perlin(shape: tuple[int, int], cells: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Returns one octave of Perlin noise: a gradient per cell corner, four dot products, interpolation."""
    size = shape[0] // cells[0], shape[1] // cells[1]
    y = torch.arange(shape[0]).unsqueeze(1).expand(shape) / size[0] % 1
    x = torch.arange(shape[1]).expand(shape) / size[1] % 1
    angles = 2 * math.pi * torch.rand(cells[0] + 1, cells[1] + 1, generator=generator)
    gradients = torch.stack((angles.cos(), angles.sin()), -1)

    def dot(down: int, right: int) -> Tensor:
        corner = gradients[down : cells[0] + down, right : cells[1] + right]
        spread = corner.repeat_interleave(size[0], 0).repeat_interleave(size[1], 1)
        return (torch.stack((y - down, x - right), -1) * spread).sum(-1)

    fade_y, fade_x = (t**3 * (t * (t * 6 - 15) + 10) for t in (y, x))
    left, right = (torch.lerp(dot(0, side), dot(1, side), fade_y) for side in (0, 1))
    return math.sqrt(2) * torch.lerp(left, right, fade_x)


def perlin_noise(array: Array, amount: float, generator: torch.Generator) -> Array:
    """Blends in white noise times four octaves of Perlin noise."""
    height, width = array.shape[:2]
    noise = torch.randn((3, height, width), generator=generator).flip(0)
    field = sum(
        0.5**octave * perlin((height, width), (8 << octave, 8 << octave), generator) for octave in range(4)
    )
    target = ((noise * (field + 1) / 2).clamp(-1, 1) + 1) / 2
    return to_array((1 - amount) * to_image(array) + amount * target).clip(0, 1)
