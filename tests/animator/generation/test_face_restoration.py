"""Faces of single images are restored."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

from animator import GeneratedImage, PresetError, generate
from animator.core.permissions import allow
from animator.models.diffusion.request import Diffuser
from tests.face_files import restoreformer, write_detector
from tests.fakes import PassthroughOrGray

FACES = {"enabled": True, "model": "RestoreFormer"}


@pytest.fixture
def models(tmp_path: Path) -> str:
    """A folder with a detector that takes pure red squares for faces, and a network of random weights."""
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    folder = tmp_path / "models"
    write_detector(folder)
    save_file(restoreformer(), folder / "RestoreFormer.safetensors")
    return str(folder)


@pytest.fixture
def red_face(tmp_path: Path) -> str:
    """An image with a red square, which the detector takes for a face."""
    pixels = np.full((256, 256, 3), 90, np.uint8)
    pixels[120:128, 120:128] = (255, 0, 0)
    Image.fromarray(pixels).save(tmp_path / "face.png")
    return str(tmp_path / "face.png")


def test_the_faces_of_the_finished_image_are_restored_by_their_share(models: str, red_face: str) -> None:
    def made(**faces: Any) -> GeneratedImage:
        with allow(code=True):  # the detector of this test is not OpenCV's release
            (image,) = generate(
                "a face",
                size=256,
                diffuser=PassthroughOrGray(),
                init={"image": red_face, "strength": 1.0},
                model_folders=[models],
                face_restoration={**FACES, **faces},
            )
        return image

    plain, whole, half = made(enabled=False), made(), made(strength=0.5)
    changed = (plain.pixels != whole.pixels).any(axis=2)
    assert 0 < changed.sum() < changed.size
    middle = plain.pixels.astype(float) + 0.5 * (whole.pixels.astype(float) - plain.pixels)
    assert np.abs(half.pixels - middle).max() <= 1.0  # each of the three is rounded
    assert "Face restoration: RestoreFormer" in whole.infotext
    assert "Face restoration strength: 0.5" in half.infotext
    assert "Face restoration" not in plain.infotext


def test_missing_files_are_reported_before_a_model_loads(starter: Diffuser) -> None:
    with pytest.raises(PresetError) as error:
        generate("a face", diffuser=starter, face_restoration={"enabled": True})
    model, detector = error.value.problems
    assert model.path == "face_restoration.model" and "GFPGANv1.4.pth" in model.message
    assert detector.path == "face_restoration.detector" and "yunet" in detector.message
