"""Which files of a folder a training reads."""

from animator.training.finetune.data.examples import CAPTION_BYTES, SUFFIXES

IMAGE_SUFFIXES = SUFFIXES
TEXT_SUFFIX = ".txt"
"""Suffix of the text file beside an image, with its caption of at most `CAPTION_BYTES` bytes."""

__all__ = ["CAPTION_BYTES", "IMAGE_SUFFIXES", "TEXT_SUFFIX"]
