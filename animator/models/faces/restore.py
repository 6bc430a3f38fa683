"""`restore_faces`: restores the faces of one image."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from animator.models.device import choose_device
from animator.models.faces.align import crop_from_image, cut_out, paste
from animator.models.faces.face import FaceDetector, FaceNetwork, Landmarks
from animator.models.faces.find import (
    YUNET,
    FaceFiles,
    find_detector,
    find_face_model,
    find_or_leave,
)
from animator.models.folders import model_folders

CERTAIN = 0.7
"""Score from which a face is taken for one."""


@dataclass(frozen=True)
class FaceRestorer:
    """The two models of face restoration.

    Attributes:
        detector: Finds faces.
        network: Restores them.
    """

    detector: FaceDetector
    network: FaceNetwork


def open_restorer(files: FaceFiles, device: torch.device | str) -> FaceRestorer:
    """Opens the models of face restoration.

    Args:
        files: Their files.
        device: Device of the network; the detector runs on the CPU.

    Raises:
        ModelError: A file is broken or of another kind, or a package is missing.
    """
    from animator.models.faces.networks import load_face_network
    from animator.models.faces.yunet import open_yunet

    return FaceRestorer(open_yunet(files.detector), load_face_network(files.model, device))


def open_face_restorer(
    model: str = "GFPGANv1.4",
    detector: str = YUNET,
    device: torch.device | str = "cpu",
    folders: tuple[Path, ...] | None = None,
) -> FaceRestorer:
    """Opens the models of face restoration by name.

    Args:
        model: Path of the network's file, or its name in the folders: GFPGAN, RestoreFormer or CodeFormer.
        detector: Path of the detector's file, its name in the folders, or `yunet`.
        device: "auto", "cpu", "cuda", "mps" or a torch device, of the network.
        folders: Folders in which names are looked up; None searches those that ANIMATOR_MODELS names.

    Raises:
        ModelError: As `open_restorer`, or there is no such file.
    """
    searched = model_folders() if folders is None else folders
    files = FaceFiles(find_face_model(model, searched), find_detector(detector, searched))
    return open_restorer(files, choose_device(device))


def open_or_leave(
    model: str, detector: str, device: torch.device | str, folders: tuple[Path, ...]
) -> FaceRestorer | None:
    """Opens the models of face restoration; None where a file is missing and faces may stay as generated.

    Arguments and errors as `open_face_restorer`.
    """
    model_file = find_or_leave(find_face_model, model, folders)
    detector_file = find_or_leave(find_detector, detector, folders)
    if model_file is None or detector_file is None:
        return None
    return open_restorer(FaceFiles(model_file, detector_file), device)


def restore_faces(
    image: Tensor, restorer: FaceRestorer, strength: float = 1.0, fidelity: float = 0.5
) -> Tensor:
    """Returns an image with its faces restored; the same tensor where it has none.

    Args:
        image: (3, H, W), RGB in [0, 1].
        restorer: From `open_face_restorer`.
        strength: Share of the restored faces, 0 to 1; 0 runs no model.
        fidelity: For CodeFormer: 0 restores the most, 1 stays the closest to the face.

    Returns:
        (3, H, W).
    """
    if strength <= 0.0:
        return image
    found = restorer.detector.detect(image)
    certain = [face.landmarks for face in found if face.score >= CERTAIN]
    return restore_at(image, certain, restorer.network, strength, fidelity)


def restore_at(
    image: Tensor, faces: Iterable[Landmarks], network: FaceNetwork, strength: float, fidelity: float
) -> Tensor:
    """Returns an image with the faces at some landmarks restored; other args as `restore_faces`.

    Each face is cut out of the image as it was given, also where faces overlap.
    """
    crops = [crop_from_image(landmarks) for landmarks in faces]
    restored = [network.restore(cut_out(image, crop), fidelity) for crop in crops]
    for crop, face in zip(crops, restored, strict=True):
        image = paste(image, face, crop, strength)
    return image
