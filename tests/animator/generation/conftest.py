"""The built-in model, opened once, and small images to start from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator import GeneratedImage, generate
from animator.images.image import Image8
from animator.models.diffusion.request import Diffuser
from tests.opened import open_stable

Make = Callable[..., GeneratedImage]
Pixels = Callable[..., Image8]


@pytest.fixture(scope="session")
def starter() -> Diffuser:
    """The built-in model."""
    return open_stable("starter", torch.device("cpu"))


@pytest.fixture
def make(starter: Diffuser) -> Make:
    """Generates one small image with the built-in model."""

    def generate_one(**settings: Any) -> GeneratedImage:
        small = {"prompt": "a lake at dawn", "size": 64, "seed": 7, "steps": 3}
        (image,) = generate({**small, **settings}, diffuser=starter, device="cpu")
        return image

    return generate_one


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photo() -> str:
    """An image of 64 x 64: a gradient, whose pixels all differ."""
    ramp = np.arange(64, dtype=np.uint8) * 4
    Image.fromarray(np.stack([*np.meshgrid(ramp, ramp), np.full((64, 64), 90, np.uint8)], -1)).save(
        "photo.png"
    )
    return "photo.png"


@pytest.fixture
def mask() -> str:
    """A mask for it: a white square in its middle."""
    image = Image.new("L", (64, 64))
    image.paste(255, (24, 24, 40, 40))
    image.save("mask.png")
    return "mask.png"
