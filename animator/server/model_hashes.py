"""`ModelHashes`: hashes of models, computed behind the requests that ask for them."""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from animator.models.diffusion.checkpoints.model_info import sha256

Stamp = tuple[Path, int, int]
"""A model's path, time of its last change and size: another file has another one."""


class ModelHashes:
    """Hashes of models. One thread computes them, in the order of the first question for each.

    Args:
        compute: Returns the hash of a path; raises an OSError where it cannot be read.
    """

    def __init__(self, compute: Callable[[Path], str] = sha256) -> None:
        self._compute = compute
        self._known: dict[Stamp, str | None] = {}
        self._waiting: SimpleQueue[Stamp] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def get(self, path: Path) -> str | None:
        """Returns the hash of a model; None until it is computed, and where it cannot be read."""
        try:
            status = path.stat()
        except OSError:
            return None
        stamp = path, status.st_mtime_ns, status.st_size
        with self._lock:
            if stamp not in self._known:
                self._known[stamp] = None
                self._waiting.put(stamp)
                self._start()
            return self._known[stamp]

    def _start(self) -> None:
        if self._thread is None:
            # A daemon: a hash takes seconds per GB, and the server's end does not wait for it.
            self._thread = threading.Thread(target=self._work, name="hashes", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            stamp = self._waiting.get()
            try:
                known = self._compute(stamp[0])
            except OSError:
                continue
            with self._lock:
                self._known[stamp] = known
