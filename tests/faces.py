"""A drawn face with known landmarks, and stand-ins for the two models of face restoration."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, radians, sin

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import to_uint8
from animator.models.faces.align import TEMPLATE, crop_from_image
from animator.models.faces.face import Face, Landmarks

_TINTS = ((0.0, 0.0, 0.3), (0.0, 0.0, 0.3), (1.0, 0.8, 0.7), (0.9, 0.0, 0.0), (0.9, 0.0, 0.0))


def place(middle: tuple[float, float], scale: float, angle_deg: float = 0.0) -> Landmarks:
    """The landmarks of a face whose points have their middle there; at scale 1 it is 512 pixels wide."""
    turn = np.array(
        [
            [cos(radians(angle_deg)), -sin(radians(angle_deg))],
            [sin(radians(angle_deg)), cos(radians(angle_deg))],
        ]
    )
    points: Landmarks = (TEMPLATE - TEMPLATE.mean(0)) @ turn.T * scale + middle
    return points


def pattern(x: NDArray[np.float64], y: NDArray[np.float64]) -> Tensor:
    """A face as a smooth function of positions in the cut-out: shaded skin, dark eyes and a red mouth."""
    color = np.stack([0.75 + 0.1 * np.sin(x / 70), 0.6 + 0.1 * np.cos(y / 60), 0.5 + 0.1 * np.sin(y / 80)])
    for (left, top), tint in zip(TEMPLATE, _TINTS, strict=True):
        share = np.exp(-((x - left) ** 2 + (y - top) ** 2) / (2 * 30.0**2))
        color += share * (np.array(tint).reshape(3, 1, 1) - color)
    return torch.from_numpy(color).to(torch.float32)


def draw_face(landmarks: Landmarks, width: int, height: int) -> Tensor:
    """An image (3, H, W) that shows the pattern at some landmarks."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    crop = crop_from_image(landmarks)
    return pattern(*(crop[row, 0] * x + crop[row, 1] * y + crop[row, 2] for row in (0, 1)))


@dataclass(frozen=True)
class FixedDetector:
    """Detector that finds the same faces in every image."""

    faces: tuple[Face, ...]

    def detect(self, image: Tensor) -> tuple[Face, ...]:
        return self.faces


@dataclass(frozen=True)
class TremblingDetector:
    """Detector that finds one face, with an error that depends on the image alone.

    Attributes:
        landmarks: Where the face is.
        error_px: Standard deviation of the error of each point.
        score: Of the face.
    """

    landmarks: Landmarks
    error_px: float = 0.5
    score: float = 0.9

    def detect(self, image: Tensor) -> tuple[Face, ...]:
        seed = int.from_bytes(hashlib.sha256(to_uint8(image).tobytes()).digest()[:8], "little")
        error = np.random.default_rng(seed).normal(0, self.error_px, (5, 2))
        return (Face(self.landmarks + error, self.score),)


@dataclass(frozen=True)
class FunctionNetwork:
    """Network that returns the face of a function, and records what it is given.

    Attributes:
        answer: The function; by default the identity.
        asked: Face and fidelity of each call.
    """

    answer: Callable[[Tensor], Tensor] = torch.clone
    asked: list[tuple[Tensor, float]] = field(default_factory=list)

    def restore(self, face: Tensor, fidelity: float) -> Tensor:
        self.asked.append((face, fidelity))
        return self.answer(face)
