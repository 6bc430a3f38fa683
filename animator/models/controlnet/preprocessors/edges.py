"""Edges: Canny, and soft edges as the networks HED and PiDiNet make them."""

import math

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from animator.images.image import from_uint8, to_uint8
from animator.models.controlnet.preprocessors.regions import blur

_SCALES = 1 / 320, 1 / 128, 1 / 64
"""Sigmas at which soft edges are measured, as shares of the image's shorter side."""
_HALF = 0.14
"""Contrast of an edge, black to white being 1, that gets half of the full brightness."""
_STEEPNESS = 1.6


def canny(image: Tensor, low: float, high: float) -> Tensor:
    """Returns white edges on black (Canny 1986), one pixel wide.

    Args:
        image: (3, H, W).
        low: Gradients above this continue an edge.
        high: Gradients above this start an edge.
    """
    edges = cv2.Canny(np.ascontiguousarray(to_uint8(image)), low, high)
    return from_uint8(np.repeat(edges[:, :, None], 3, axis=2), image.device)


def softedge(image: Tensor, steps: float) -> Tensor:
    """Returns soft white edges on black: bright where a border stays at every scale, dark in fine texture.

    The contrasts at a few scales are multiplied: a border of two areas has all of them, grain only the
    finest.

    Args:
        image: (3, H, W).
        steps: Number of grays between black and white; 0 keeps them all.
    """
    side = min(image.shape[1:])
    contrasts = [_contrast(image, max(0.5, share * side)) for share in _SCALES]
    contrast = torch.stack(contrasts).clamp_(min=1e-6).log_().mean(0).exp_()
    ratio = (contrast / _HALF) ** _STEEPNESS
    edges = ratio / (1.0 + ratio)
    if steps >= 1:
        edges = (edges * (int(steps) + 1)).round() / (int(steps) + 1)
    return edges.expand(3, -1, -1).contiguous()


def _contrast(image: Tensor, sigma: float) -> Tensor:
    """Returns the contrast (H, W) of the edge at each pixel at a scale: 1 on a border of black and white.

    The gradient of all colors together (Di Zenzo 1986), in units of that of a full step blurred by `sigma`.
    """
    soft = functional.pad(blur(image, sigma)[None], (1, 1, 1, 1), mode="replicate")[0]
    dx = (soft[:, 1:-1, 2:] - soft[:, 1:-1, :-2]) / 2
    dy = (soft[:, 2:, 1:-1] - soft[:, :-2, 1:-1]) / 2
    xx, yy, xy = (dx * dx).sum(0), (dy * dy).sum(0), (dx * dy).sum(0)
    strongest = (xx + yy + torch.hypot(xx - yy, 2 * xy)) / 2
    full_step = 1 / (sigma * math.sqrt(2 * math.pi))
    return strongest.div(3).sqrt().div(full_step)
