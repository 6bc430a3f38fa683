"""Estimates the global motion between two frames from matched features, for hybrid motion.

Runs in OpenCV on the CPU, so a call synchronizes with the device.
"""

from enum import Enum

import cv2
import numpy as np
from torch import Tensor

from animator.images.camera import Matrix
from animator.models.flow.opencv import gray

_MIN_MATCHES = 8
"""More matches than this are needed for a reliable fit."""
LOW_CONTRAST, OPENCV_CONTRAST = 0.01, 0.04
"""Contrast thresholds of SIFT: ours, and OpenCV's default, which Deforum uses and which finds almost no
features in small or soft images."""
_MAX_AREA_RATIO = 4.0
_RATIO = 0.75
"""Largest ratio of a match's distance to the second best one's (Lowe 2004)."""


class MotionModel(str, Enum):
    """Model of the global motion; the values are those of Deforum's `hybrid_motion`."""

    AFFINE = "Affine"
    PERSPECTIVE = "Perspective"


def feature_matrix(
    first: Tensor, second: Tensor, kind: MotionModel, contrast: float = LOW_CONTRAST
) -> Matrix:
    """Returns the motion from the first image to the second as `dst_from_src`, float64 (3, 3).

    SIFT features are matched by the ratio test and fitted by RANSAC: rotation, scale and translation for
    "Affine", a homography for "Perspective". Returns the identity if too few features match or the fit is
    implausible, such as one that collapses, folds or flips the image.

    Args:
        first: (3, H, W), [0, 1].
        second: (3, H, W), [0, 1].
        kind: Model to fit.
        contrast: Contrast threshold of SIFT.
    """
    sift = cv2.SIFT.create(contrastThreshold=contrast)
    points, descriptors = sift.detectAndCompute(gray(first), None)
    other_points, other_descriptors = sift.detectAndCompute(gray(second), None)
    if descriptors is None or other_descriptors is None or len(other_points) < 2:
        return np.eye(3)
    pairs = cv2.BFMatcher().knnMatch(descriptors, other_descriptors, k=2)
    good = [best for best, second_best in pairs if best.distance < _RATIO * second_best.distance]
    if len(good) <= _MIN_MATCHES:
        return np.eye(3)
    start = np.array([points[match.queryIdx].pt for match in good], dtype=np.float32).reshape(-1, 1, 2)
    end = np.array([other_points[match.trainIdx].pt for match in good], dtype=np.float32).reshape(-1, 1, 2)
    if kind is MotionModel.PERSPECTIVE:
        fit = cv2.findHomography(start, end, cv2.RANSAC, 5.0)[0]
    else:
        fit = cv2.estimateAffinePartial2D(start, end)[0]
    if fit is None:
        return np.eye(3)
    matrix = np.eye(3)
    matrix[: fit.shape[0]] = fit
    return matrix if is_possible(matrix, first.shape[-1], first.shape[-2]) else np.eye(3)


def is_possible(dst_from_src: Matrix, width: int, height: int) -> bool:
    """Returns True for a plausible motion between two neighboring frames.

    The corners must keep their order around the image, and its area may change by a factor of 4 at most.
    """
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], dtype=float).T
    x, y, depth = dst_from_src @ corners
    if not np.isfinite(dst_from_src).all() or depth.min() <= 0:
        return False
    x, y = x / depth, y / depth
    sides_x, sides_y = np.roll(x, -1) - x, np.roll(y, -1) - y
    cross = sides_x * np.roll(sides_y, -1) - sides_y * np.roll(sides_x, -1)
    area = 0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / (width * height)
    return bool((cross > 0).all()) and 1 / _MAX_AREA_RATIO <= area <= _MAX_AREA_RATIO
