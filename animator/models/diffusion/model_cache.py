"""`ModelCache`: a film's checkpoints, one on the device, a few in host memory, the rest on disk."""

from collections.abc import Callable

import torch

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.engine import Engine

KEPT = 3
"""Models in memory, including the one on the device."""


class ModelCache:
    """Engines by checkpoint name, loaded on first use."""

    def __init__(self, load: Callable[[str], Engine], device: torch.device) -> None:
        """Makes an empty cache.

        Args:
            load: Loads the engine of a checkpoint onto the device.
            device: Device of the engine in use.
        """
        self._load = load
        self._device = device
        self._engines: LRUCache[str, Engine] = LRUCache(KEPT)
        self._current = ""

    def load(self, name: str) -> Engine:
        """Returns the engine of a checkpoint, on the device.

        Raises:
            ModelError: It cannot be loaded.
        """
        if name == self._current:
            return self._engines.get(name, lambda: self._load(name))
        if self._current:
            self._offload(self._current)
        engine = self._engines.get(name, lambda: self._load(name))
        engine.to(self._device)
        self._current = name
        return engine

    def _offload(self, name: str) -> None:
        """Moves an engine to the CPU to free the device for another."""
        self._current = ""
        self._engines.get(name, lambda: self._load(name)).to(torch.device("cpu"))
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
