"""Which files of a folder a training reads."""

from pathlib import Path

from animator.errors import UserError
from animator.training.finetune.data.examples import CAPTION_BYTES, SUFFIXES, image_size

IMAGE_SUFFIXES = SUFFIXES
TEXT_SUFFIX = ".txt"
"""Suffix of the text file beside an image, with its caption of at most `CAPTION_BYTES` bytes."""

__all__ = ["CAPTION_BYTES", "IMAGE_SUFFIXES", "TEXT_SUFFIX", "is_readable"]


def is_readable(path: Path) -> bool:
    """Returns True for an image that can be read; it is decoded once."""
    try:
        image_size(path)
    except UserError:
        return False
    return True
