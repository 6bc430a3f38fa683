"""The motion of the whole picture between two frames, from matched features: hybrid motion's other half.

Runs in OpenCV on the CPU: calling it waits for the device.
"""

from enum import Enum

import cv2
import numpy as np
from torch import Tensor

from animator.camera import Matrix
from animator.flow.opencv import gray

_FEWEST = 8
"""Up to that many matches say nothing reliable."""
_RATIO = 0.75
"""How much closer than the second best a match has to be (Lowe 2004)."""


class GlobalMotion(str, Enum):
    """The kind of motion that is looked for; the values are Deforum's `hybrid_motion`."""

    AFFINE = "Affine"
    PERSPECTIVE = "Perspective"


def feature_matrix(first: Tensor, second: Tensor, kind: GlobalMotion) -> Matrix:
    """The motion from the first picture to the second as `dst_from_src`, float64 (3, 3).

    SIFT features, matched by ratio, fitted by RANSAC: turn, scale and shift for "Affine", a homography for
    "Perspective". The identity where too few features match.

    Args:
        first: (3, H, W), [0, 1].
        second: (3, H, W), [0, 1].
        kind: What to fit.
    """
    sift = cv2.SIFT.create()
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
    if kind is GlobalMotion.PERSPECTIVE:
        found = cv2.findHomography(start, end, cv2.RANSAC, 5.0)[0]
    else:
        found = cv2.estimateAffinePartial2D(start, end)[0]
    if found is None:
        return np.eye(3)
    matrix = np.eye(3)
    matrix[: found.shape[0]] = found
    return matrix
