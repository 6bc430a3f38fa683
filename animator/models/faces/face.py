"""`Face`, and the two models behind face restoration: `FaceDetector` and `FaceNetwork`."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Landmarks = NDArray[np.float64]
"""Five points of a face (5, 2) as (x, y) in pixels, whole numbers at pixel centers: the eye on the left of
the image, the other eye, the tip of the nose, and the corners of the mouth, the one on the left first."""

SIDE = 512
"""Width and height of the aligned faces that networks take, in pixels."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face that was found in an image.

    Attributes:
        landmarks: Its points.
        score: How certain it is that there is a face, 0 to 1.
    """

    landmarks: Landmarks
    score: float


class FaceDetector(Protocol):
    """Finds faces."""

    def detect(self, image: Tensor) -> tuple[Face, ...]:
        """Returns the faces of an image (3, H, W), the most certain first."""
        ...


class FaceNetwork(Protocol):
    """Restores aligned faces."""

    def restore(self, face: Tensor, fidelity: float) -> Tensor:
        """Returns the restored face.

        Args:
            face: (3, `SIDE`, `SIDE`), RGB in [0, 1], aligned.
            fidelity: 0 trusts the network, 1 the face; only some networks have such a weight.

        Returns:
            (3, `SIDE`, `SIDE`), RGB in [0, 1].
        """
        ...


def size_of(landmarks: Landmarks) -> float:
    """Returns the size of a face in pixels: the root mean square distance of its points from their middle."""
    return rms(landmarks - landmarks.mean(axis=0))


def rms(offsets: Landmarks) -> float:
    """Returns the root mean square length of offsets (5, 2), in pixels."""
    return float(np.sqrt((offsets**2).sum(axis=1).mean()))
