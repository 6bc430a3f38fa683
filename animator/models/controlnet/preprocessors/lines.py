"""Lines: line art and scribbles by differences of Gaussians, straight lines by OpenCV's detector."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from animator.images.colorspace import luma
from animator.images.image import from_uint8
from animator.models.controlnet.preprocessors.regions import blur

_LINE_STEEPNESS = 16.0
_WIDER = 3.2
"""Ratio of the two Gaussians of line art."""
_SCRIBBLE_SIGMAS = 0.5, 5.0
_SCRIBBLE_SPECK = 1 / 4000
"""Share of the image below which a scribble is a speck, and left out."""
_PROBES = 9
"""Points along a straight line at which its contrast is read."""
_PROBE_DISTANCE = 2.0
Floats = NDArray[np.float32]


def lineart(image: Tensor, width: float, least: float) -> Tensor:
    """Returns white lines on black, soft at their ends, for dark lines and the dark sides of borders.

    Args:
        image: (3, H, W).
        width: Sigma of the finer Gaussian, pixels: about half of a line's width.
        least: 8-bit difference to the surroundings at which a line begins.

    Source:
        Winnemöller, Kyprianidis and Olsen, "XDoG" (2012): a soft threshold of a difference of Gaussians.
    """
    gray = luma(image)[None]
    light = blur(gray, max(0.1, width))
    around = blur(gray, max(0.1, width) * _WIDER)
    darker = around - light - least / 255
    lines = torch.tanh(darker.clamp_(min=0.0) * _LINE_STEEPNESS)
    return lines.expand(3, -1, -1).contiguous()


def scribble(image: Tensor, least: float) -> Tensor:
    """Returns thick white lines on black, without grays, as if drawn by hand.

    Args:
        image: (3, H, W).
        least: Twice the 8-bit difference to the surroundings from which on a pixel belongs to a line.
    """
    fine, coarse = (blur(image, sigma) for sigma in _SCRIBBLE_SIGMAS)
    lines = (coarse - fine).amax(0) * 255 * 2 > least
    kept = _without_specks(np.ascontiguousarray(lines.cpu().numpy(), dtype=np.uint8))
    thick = torch.from_numpy(kept).to(image.device, torch.float32)
    radius = max(1, round(min(image.shape[1:]) / 512))
    thick = functional.max_pool2d(thick[None, None], 2 * radius + 1, stride=1, padding=radius)[0]
    return thick.expand(3, -1, -1).contiguous()


def straight_lines(image: Tensor, contrast: float, length: float) -> Tensor:
    """Returns the straight lines of an image in white on black.

    Args:
        image: (3, H, W).
        contrast: Least difference in brightness of its two sides, 0 to 1, by which a line counts.
        length: Least length of a line, percent of the image's shorter side.

    Source:
        von Gioi et al., "LSD: a Line Segment Detector" (2012), as in OpenCV.
    """
    gray = luma(image).cpu().numpy()
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(np.round(gray * 255).astype(np.uint8))[0]
    canvas = np.zeros((*gray.shape, 3), np.uint8)
    if found is not None:
        lines = np.asarray(found, np.float32).reshape(-1, 4)
        lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
        kept = lines[lengths >= max(2.0, length / 100 * min(gray.shape))]
        for x1, y1, x2, y2 in np.round(kept[_contrasts(kept, gray) >= contrast]).astype(int).tolist():
            cv2.line(canvas, (x1, y1), (x2, y2), (255, 255, 255), 1)
    return from_uint8(canvas, image.device)


def _contrasts(lines: Floats, gray: Floats) -> Floats:
    """Returns the difference in brightness (N,) of the two sides of lines (N, 4): the median along each."""
    start, end = lines[:, None, :2], lines[:, None, 2:]
    points = start + (end - start) * np.linspace(0.1, 0.9, _PROBES, dtype=np.float32)[None, :, None]
    along = (end - start) / np.maximum(np.linalg.norm(end - start, axis=2, keepdims=True), 1e-6)
    across = np.asarray(np.stack([-along[..., 1], along[..., 0]], axis=-1) * _PROBE_DISTANCE, np.float32)
    left, right = _read(points + across, gray), _read(points - across, gray)
    return np.asarray(np.abs(np.median(left - right, axis=1)), np.float32)


def _read(points: Floats, gray: Floats) -> Floats:
    """Returns the values of an image (H, W) at the pixels nearest to points (N, M, 2), x and y."""
    columns = np.clip(np.round(points[..., 0]).astype(int), 0, gray.shape[1] - 1)
    rows = np.clip(np.round(points[..., 1]).astype(int), 0, gray.shape[0] - 1)
    return np.asarray(gray[rows, columns], np.float32)


def _without_specks(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns a mask (H, W) of 0 and 1 without its smallest connected parts."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    large = np.zeros(count, np.uint8)
    large[1:] = stats[1:, cv2.CC_STAT_AREA] >= max(2, round(lines.size * _SCRIBBLE_SPECK))
    return np.asarray(large[labels], np.uint8)
