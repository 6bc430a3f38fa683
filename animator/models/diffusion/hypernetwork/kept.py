"""`Hypernetworks`: the hypernetworks of prompts, each of which is read once."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.hypernetwork.load import Hypernetwork, read_hypernetwork

KEPT = 8


class Hypernetworks:
    """Reads and keeps hypernetworks."""

    def __init__(self) -> None:
        """Starts empty."""
        self._files: LRUCache[Path, Hypernetwork] = LRUCache(KEPT)

    def open(self, strengths: Sequence[tuple[Path, float]]) -> list[tuple[Hypernetwork, float]]:
        """Returns the hypernetworks of files, with their strengths.

        Raises:
            ModelError: A file is missing or broken.
        """
        return [
            (self._files.get(path, partial(read_hypernetwork, path)), strength)
            for path, strength in strengths
        ]
