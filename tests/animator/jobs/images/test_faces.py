"""The faces of images that are made for an order."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.jobs.images import faces as module
from animator.jobs.images.enlarge import enlarge
from animator.jobs.images.generation import ImageReports, generate
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import Enlargement, Faces, MadeImage
from animator.models.faces.restore import FaceRestorer
from animator.runs.model_cache import DiffuserCache
from tests.animator.jobs.images.asking import infotext_of, pixels_of, small

CPU = torch.device("cpu")
FACES = Faces("GFPGANv1.4", "GFPGAN", strength=0.5)


@pytest.fixture(autouse=True)
def restorer_that_blackens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for the networks: faces are the whole image, and become black."""

    def black(image: Tensor, restorer: FaceRestorer, strength: float, fidelity: float) -> Tensor:
        return image * (1 - strength)

    monkeypatch.setattr(module, "open_face_restorer", lambda *args, **more: None)
    monkeypatch.setattr(module, "restore_faces", black)


def made(run: "list[MadeImage]") -> ImageReports:
    return ImageReports(run.append, lambda progress: None)


def test_faces_of_generated_images_are_restored_and_the_infotext_says_so() -> None:
    plain: list[MadeImage] = []
    restored: list[MadeImage] = []
    models = DiffuserCache()
    generate(small(), None, CPU, models, EarlyEnd(), made(plain))
    work = small()
    generate(type(work)(work.settings, FACES), None, CPU, models, EarlyEnd(), made(restored))
    half = pixels_of(plain[0]).astype(float) / 2
    assert np.abs(pixels_of(restored[0]) - half).max() <= 1
    assert "Face restoration: GFPGAN, Version: animator" in infotext_of(restored[0])
    assert "Face restoration" not in infotext_of(plain[0])


def test_faces_are_restored_before_an_image_is_enlarged(tmp_path: Path) -> None:
    path, images = tmp_path / "gray.png", list[MadeImage]()
    Image.new("RGB", (8, 8), (200, 200, 200)).save(path)
    enlarge(Enlargement((str(path),), scale=2.0, faces=(FACES, FACES)), None, CPU, EarlyEnd(), made(images))
    image = Image.open(io.BytesIO(images[0].png))
    assert image.size == (16, 16) and image.getpixel((4, 4)) == (50, 50, 50)
