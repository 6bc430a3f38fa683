"""Lets one thread at a time generate with a diffuser, whoever made it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from torch import Tensor

from animator.models.diffusion.request import Diffuser, GenerationRequest


class _Lock:
    """A lock that its thread may take again."""

    def __init__(self) -> None:
        self.taken = threading.RLock()


class DiffuserLocks:
    """A lock for each diffuser in use; those of others are forgotten."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[int, _Lock] = WeakValueDictionary()

    @contextmanager
    def hold(self, diffuser: object) -> Iterator[None]:
        """Waits until no other thread holds a diffuser, and holds it within a `with` block."""
        with self._guard:
            lock = self._locks.get(id(diffuser))
            if lock is None:
                lock = self._locks[id(diffuser)] = _Lock()
        with lock.taken:
            yield


_LOCKS = DiffuserLocks()
hold = _LOCKS.hold
"""Holds a diffuser within a `with` block: other threads that generate with it wait meanwhile."""


def generate_alone(diffuser: Diffuser, request: GenerationRequest) -> Tensor:
    """Returns the generated image (3, H, W); other threads that generate with the diffuser wait meanwhile.

    A model has state while it generates, such as the LoRA files merged into its weights. Its image depends on
    the request alone, so films may share a diffuser as long as they take turns.
    """
    with hold(diffuser):
        return diffuser.generate(request)
