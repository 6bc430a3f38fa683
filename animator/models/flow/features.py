"""The motion of the whole image between two frames, from matched features: hybrid motion's other half.

Runs in OpenCV on the CPU: calling it waits for the device.
"""

from enum import Enum

import cv2
import numpy as np
from torch import Tensor

from animator.images.camera import Matrix
from animator.models.flow.opencv import gray

_FEWEST = 8
"""Up to that many matches say nothing reliable."""
FAINT, USUAL = 0.01, 0.04
"""How much features have to stand out: OpenCV's usual value, the reference's, finds next to none in small or
soft images."""
_LARGEST = 4.0
_RATIO = 0.75
"""How much closer than the second best a match has to be (Lowe 2004)."""


class MotionModel(str, Enum):
    """The kind of motion that is looked for; the values are Deforum's `hybrid_motion`."""

    AFFINE = "Affine"
    PERSPECTIVE = "Perspective"


def feature_matrix(first: Tensor, second: Tensor, kind: MotionModel, contrast: float = FAINT) -> Matrix:
    """The motion from the first image to the second as `dst_from_src`, float64 (3, 3).

    SIFT features, matched by ratio, fitted by RANSAC: turn, scale and shift for "Affine", a homography for
    "Perspective". The identity where too few features match, or where what they say cannot be: chance matches
    make images collapse, fold or turn over.

    Args:
        first: (3, H, W), [0, 1].
        second: (3, H, W), [0, 1].
        kind: What to fit.
        contrast: How much a feature has to stand out.
    """
    sift = cv2.SIFT.create(contrastThreshold=contrast)
    points, words = sift.detectAndCompute(gray(first), None)
    other_points, other_words = sift.detectAndCompute(gray(second), None)
    if words is None or other_words is None or len(other_points) < 2:
        return np.eye(3)
    pairs = cv2.BFMatcher().knnMatch(words, other_words, k=2)
    good = [best for best, second_best in pairs if best.distance < _RATIO * second_best.distance]
    if len(good) <= _FEWEST:
        return np.eye(3)
    start = np.array([points[match.queryIdx].pt for match in good], dtype=np.float32).reshape(-1, 1, 2)
    end = np.array([other_points[match.trainIdx].pt for match in good], dtype=np.float32).reshape(-1, 1, 2)
    if kind is MotionModel.PERSPECTIVE:
        found = cv2.findHomography(start, end, cv2.RANSAC, 5.0)[0]
    else:
        found = cv2.estimateAffinePartial2D(start, end)[0]
    if found is None:
        return np.eye(3)
    matrix = np.eye(3)
    matrix[: found.shape[0]] = found
    return matrix if is_possible(matrix, first.shape[-1], first.shape[-2]) else np.eye(3)


def is_possible(dst_from_src: Matrix, width: int, height: int) -> bool:
    """True for a motion that may lie between two neighboring images of a film.

    The corners keep their order around the image, and its area at most grows or shrinks fourfold.
    """
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], dtype=float).T
    x, y, depth = dst_from_src @ corners
    if not np.isfinite(dst_from_src).all() or depth.min() <= 0:
        return False
    x, y = x / depth, y / depth
    sides_x, sides_y = np.roll(x, -1) - x, np.roll(y, -1) - y
    turns = sides_x * np.roll(sides_y, -1) - sides_y * np.roll(sides_x, -1)
    area = 0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / (width * height)
    return bool((turns > 0).all()) and 1 / _LARGEST <= area <= _LARGEST
