"""Clips made of picture files."""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from animator.images.image import Image8


def save_clip(folder: Path, pictures: Iterable[Image8], name: str = "%09d.png") -> str:
    """The path pattern of pictures, uint8 (H, W) or RGB (H, W, 3), saved in a folder one file a frame."""
    for frame, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / (name % frame))
    return str(folder / name)
