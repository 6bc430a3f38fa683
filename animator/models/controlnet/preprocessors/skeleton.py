"""Draws people as OpenPose does: a stick for each limb, a dot for each joint, on black."""

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from animator.images.image import Image8

Points = NDArray[np.float64]
"""The points of a body (18, 2), x and y in pixels; NaN for those that are not seen."""

_FROM_COCO = (0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""Number in COCO of each of OpenPose's points: nose, neck, right arm, left arm, right leg, left leg, eyes,
ears. COCO has no neck."""
_SHOULDERS = 5, 6
_NECK = 1
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_LIMB_SHARE = 0.6
"""Brightness of limbs; that of joints is full."""
_WIDTH = 4.0
"""Half of a limb's width, and radius of a joint, in pixels at 512 pixels of the shorter side."""
_SIDE = 512


def _hue(step: int) -> tuple[int, int, int]:
    """Returns the color of a step around the circle of 18 hues, as OpenPose rounds it."""
    sector, share = divmod(step, 3)
    rise, fall = round(share * 85), round(255 - share * 85)
    return (
        (255, rise, 0), (fall, 255, 0), (0, 255, rise), (0, fall, 255), (rise, 0, 255), (255, 0, fall),
    )[sector]  # fmt: skip


COLORS = tuple(_hue(step) for step in range(18))
"""Color of each joint; the first ones are those of the limbs, in their order."""


def body_points(coco: NDArray[np.float64], scores: NDArray[np.float64], least: float) -> Points:
    """Returns OpenPose's points of a body from those of COCO; the neck lies between the shoulders.

    Args:
        coco: (17, 2), x and y in pixels; further points are left out.
        scores: (17,).
        least: Score below which a point is not seen.
    """
    seen = np.where((scores >= least)[:, None], coco, np.nan)
    points = seen[list(_FROM_COCO)]
    points[_NECK] = seen[list(_SHOULDERS)].mean(axis=0)
    return points


def draw_people(people: Iterable[Points], height: int, width: int) -> Image8:
    """Returns people (H, W, 3) on black, 8-bit RGB; the first one is at the bottom."""
    canvas = np.zeros((height, width, 3), np.uint8)
    radius = max(1.0, _WIDTH * min(height, width) / _SIDE)
    for points in people:
        for (start, end), color in zip(_LIMBS, COLORS, strict=False):  # there are more joints than limbs
            _draw_limb(canvas, points[start], points[end], radius, color)
        for point, color in zip(points, COLORS, strict=True):
            if _is_near(canvas, point):
                cv2.circle(canvas, _pixel(point), round(radius), color, thickness=-1)
    return canvas


def _draw_limb(
    canvas: Image8, start: Points, end: Points, radius: float, color: tuple[int, int, int]
) -> None:
    if not (_is_near(canvas, start) and _is_near(canvas, end)):
        return
    middle, across = (start + end) / 2, start - end
    half = float(np.hypot(*across)) / 2
    angle = math.degrees(math.atan2(across[1], across[0]))
    outline = cv2.ellipse2Poly(_pixel(middle), (int(half), max(1, round(radius))), int(angle), 0, 360, 1)
    cv2.fillConvexPoly(canvas, outline, tuple(int(channel * _LIMB_SHARE) for channel in color))


def _is_near(canvas: Image8, point: Points) -> bool:
    """Returns True for a point that is seen and no farther out of the image than the image is large."""
    size = max(canvas.shape[:2])
    return bool(np.isfinite(point).all() and (point > -size).all() and (point < 2 * size).all())


def _pixel(point: Points) -> tuple[int, int]:
    return int(point[0]), int(point[1])
