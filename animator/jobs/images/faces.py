"""Restores the faces of images that are made for an order."""

from collections.abc import Callable
from functools import partial

import torch

from animator.images.image import Image8, from_uint8, to_uint8
from animator.jobs.images.work import Faces
from animator.models.faces.restore import FaceRestorer, open_face_restorer, restore_faces
from animator.models.folders import model_folders

Restore = Callable[[Image8], Image8]


def open_restore(faces: Faces, device: torch.device) -> Restore:
    """Returns what restores the faces of an image, uint8 RGB (H, W, 3).

    Args:
        faces: How.
        device: Device of the network.

    Raises:
        ModelError: The network or the detector is not there, broken, or may not be read.
    """
    restorer = open_face_restorer(faces.model, device=device, folders=model_folders())
    return partial(_restored, faces=faces, restorer=restorer, device=device)


def _restored(pixels: Image8, faces: Faces, restorer: FaceRestorer, device: torch.device) -> Image8:
    return to_uint8(restore_faces(from_uint8(pixels, device), restorer, faces.strength, faces.fidelity))
