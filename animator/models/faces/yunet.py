"""YuNet (Wu 2023), OpenCV's face detector. It runs on the CPU: each call synchronizes with the device."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import Image8, to_uint8
from animator.models.faces.face import Face, Landmarks, rms, size_of
from animator.models.faces.find import YUNET_FILES, read_detector

LEAST_SCORE = 0.4
"""Faces below this score are not reported."""
MOST_FACES = 32
"""Most faces of an image that are reported."""
SMALLEST_PX = 1.0
"""Smallest `size_of` a face; below it, its points have no direction."""
SIDES = (640, 320)
"""Longer sides to which an image is shrunk, in pixels: YuNet knows faces of 10 to 300 pixels, and at the
second size these are also those that fill the image."""
_OVERLAP = 0.3
"""Overlap (intersection over union) above which two boxes are those of one face."""
_STRIDES = (8, 16, 32)
_OUTPUTS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
"""The values that YuNet has for each cell, by the names of its outputs."""
_TRIAL = 64


class YuNet:
    """Finds faces by OpenCV's `FaceDetectorYN`; may be used by several threads."""

    def __init__(self, onnx: bytes) -> None:
        """Opens the detector.

        Args:
            onnx: Content of its file; `open_yunet` has checked it.
        """
        content, no_config = np.frombuffer(onnx, np.uint8), np.empty(0, np.uint8)
        self._detector = cv2.FaceDetectorYN.create(
            "onnx", content, no_config, (_TRIAL, _TRIAL), LEAST_SCORE, _OVERLAP
        )
        self._lock = Lock()  # the detector keeps the size of its input

    def detect(self, image: Tensor) -> tuple[Face, ...]:
        """Returns the faces of an image (3, H, W), the most certain first; at most `MOST_FACES`."""
        pixels = cv2.cvtColor(to_uint8(image), cv2.COLOR_RGB2BGR)
        faces: list[Face] = []
        for shrunk, scale in _pyramid(pixels):
            new = [_face(row, scale) for row in self._rows(shrunk)]
            usable = [face for face in new if np.isfinite(face.landmarks).all()]
            large = [face for face in usable if size_of(face.landmarks) >= SMALLEST_PX]
            faces += [face for face in large if not any(_is_same(face, other) for other in faces)]
        return tuple(sorted(faces, key=lambda face: -face.score)[:MOST_FACES])

    def _rows(self, pixels: Image8) -> NDArray[np.float32]:
        """Returns what the detector finds (n, 15): a box, five points, and the score."""
        with self._lock:
            self._detector.setInputSize((pixels.shape[1], pixels.shape[0]))
            rows = self._detector.detect(pixels)[1]
        return np.empty((0, 15), np.float32) if rows is None else rows


def open_yunet(path: Path) -> YuNet:
    """Opens the detector in a file.

    Raises:
        ModelError: The file may not be read (see `read_detector`), is damaged, or is not YuNet.
    """
    onnx = read_detector(path)
    try:
        with _quiet():
            _check_outputs(path, onnx)
            return YuNet(onnx)
    except cv2.error as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{path}: cannot be read as ONNX ({reason}); it may be damaged") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps OpenCV from printing its remarks on a network while it opens it; it still raises errors."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _check_outputs(path: Path, onnx: bytes) -> None:
    """Checks that a network has YuNet's outputs, which OpenCV's detector reads without asking for their size.

    Raises:
        ModelError: It has others.
        cv2.error: It cannot be read, or it cannot be run.
    """
    network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
    sizes = {
        f"{name}_{stride}": count * (_TRIAL // stride) ** 2
        for name, count in _OUTPUTS.items()
        for stride in _STRIDES
    }
    if not set(sizes) <= set(network.getUnconnectedOutLayersNames()):
        raise ModelError(f"{path}: is not YuNet; expected {YUNET_FILES[0]}")
    network.setInput(np.zeros((1, 3, _TRIAL, _TRIAL), np.float32))
    outputs = network.forward(list(sizes))
    if [output.size for output in outputs] != list(sizes.values()):
        raise ModelError(f"{path}: is not YuNet: its outputs have other sizes")


def _pyramid(pixels: Image8) -> Iterator[tuple[Image8, float]]:
    """Yields an image at the sizes at which faces are searched, each with its scale; none is enlarged."""
    longest = max(pixels.shape[:2])
    for scale in dict.fromkeys(min(side / longest, 1.0) for side in SIDES):
        size = [max(round(side * scale), 1) for side in (pixels.shape[1], pixels.shape[0])]
        yield (pixels if scale == 1.0 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)), scale


def _face(row: NDArray[np.float32], scale: float) -> Face:
    """Returns the face of a row that was found in an image at a scale."""
    points: Landmarks = row[4:14].reshape(5, 2).astype(np.float64)
    return Face((points + 0.5) / scale - 0.5, float(row[14]))


def _is_same(face: Face, other: Face) -> bool:
    """Returns True if two faces lie on each other."""
    return rms(face.landmarks - other.landmarks) < max(size_of(face.landmarks), size_of(other.landmarks))
