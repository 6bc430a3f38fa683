"""Clips as image sequences."""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from animator.images.image import Image8


def save_clip(folder: Path, images: Iterable[Image8], name: str = "%09d.png") -> str:
    """Saves images, uint8 (H, W) or RGB (H, W, 3), one file per frame; returns their path pattern."""
    for frame, image in enumerate(images):
        Image.fromarray(image).save(folder / (name % frame))
    return str(folder / name)
