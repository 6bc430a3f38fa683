"""Flat antialiased shapes, painted over an image and its disparity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from animator.training.scenes.noise import Array

_FRACTION_BITS = 4  # of OpenCV's fixed-point coordinates
_FRACTION = 1 << _FRACTION_BITS


@dataclass(frozen=True)
class Shape:
    """A filled polygon.

    Attributes:
        points: Corners (N, 2), x and y in pixels.
        color: (3,) in [0, 1].
        disparity: Disparity inside the polygon; None leaves the disparity map unchanged.
    """

    points: NDArray[np.floating]
    color: Array
    disparity: float | None


def paint_shapes(color: Array, disparity: Array, shapes: Iterable[Shape]) -> tuple[Array, Array]:
    """Paints shapes over an image and its disparity map.

    Args:
        color: Image (H, W, 3) in [0, 1].
        disparity: Disparity (H, W).
        shapes: Shapes from back to front.

    Returns:
        New image, quantized to 256 levels, and new disparity.
    """
    image = (np.clip(color, 0, 1) * 255).astype(np.uint8)
    near = disparity.astype(np.float32)
    for shape in shapes:
        fixed = (np.asarray(shape.points) * _FRACTION).astype(np.int32)
        fill = [float(c) for c in np.clip(shape.color, 0, 1) * 255]
        cv2.fillPoly(image, [fixed], fill, cv2.LINE_AA, _FRACTION_BITS)
        if shape.disparity is not None:
            cv2.fillPoly(near, [fixed], shape.disparity, cv2.LINE_8, _FRACTION_BITS)
    return image.astype(np.float32) / 255, near


def polygon(
    corners: Sequence[tuple[float, float]], foot: tuple[float, float], size: float
) -> NDArray[np.floating]:
    """Converts corners in units of `size` from the foot, y upward, to points (N, 2) in pixels."""
    return np.array([(foot[0] + x * size, foot[1] - y * size) for x, y in corners])


def box(left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    """Returns the corners of an axis-aligned rectangle, y upward."""
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def ellipse(
    center: tuple[float, float], radii: tuple[float, float], corners: int = 20
) -> NDArray[np.floating]:
    """Returns points (corners, 2) of an ellipse in pixels."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([center[0] + radii[0] * np.cos(angle), center[1] + radii[1] * np.sin(angle)], -1)


def stroke(start: tuple[float, float], end: tuple[float, float], width: float) -> NDArray[np.floating]:
    """Returns a thick line as the corners (4, 2) of a rectangle, in pixels."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / max(float(np.hypot(*(b - a))), 1e-6)
    normal = np.array([-along[1], along[0]]) * max(width, 1.0) / 2
    return np.stack([a + normal, b + normal, b - normal, a - normal])
