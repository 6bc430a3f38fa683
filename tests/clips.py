"""Clips made of image files."""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from animator.images.image import Image8


def save_clip(folder: Path, images: Iterable[Image8], name: str = "%09d.png") -> str:
    """The path pattern of images, uint8 (H, W) or RGB (H, W, 3), saved in a folder one file a frame."""
    for frame, image in enumerate(images):
        Image.fromarray(image).save(folder / (name % frame))
    return str(folder / name)
