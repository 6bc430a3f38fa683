"""Checks that the package that unpacks GGUF files is installed; imports neither it nor torch."""

from importlib.util import find_spec
from pathlib import Path

from animator.errors import ModelError


def check_gguf_package(path: Path) -> None:
    """Checks that the package gguf is installed.

    Args:
        path: A GGUF file, for the message.

    Raises:
        ModelError: It is not.
    """
    if find_spec("gguf") is None:
        raise ModelError(
            f"{path}: reading GGUF files needs the package gguf; install it with pip install 'animator[gguf]'"
        )
