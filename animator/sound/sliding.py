"""`Sliding`: overlapping windows of a stream of samples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Windows:
    """Windows of a stream, in samples.

    Attributes:
        length: Length of each.
        hop: Distance from one to the next.
        before: How much of the first one lies before the stream, where it is silent.
    """

    length: int
    hop: int
    before: int


class Sliding(Generic[Result]):
    """Hands the windows of a stream to a function, many at once.

    Args:
        of: Returns the results of all windows in samples (channels, length + hop * (n - 1)).
        windows: The windows.
    """

    def __init__(self, of: Callable[[Array], Result], windows: Windows) -> None:
        self._of = of
        self._windows = windows
        self._rest: Array | None = None
        self.results: list[Result] = []

    @property
    def channels(self) -> int:
        """Number of channels of the stream so far; 1 before it begins."""
        return 1 if self._rest is None else len(self._rest)

    def take(self, samples: Array) -> None:
        """Adds samples (channels, n) to the stream."""
        length, hop = self._windows.length, self._windows.hop
        if self._rest is None:
            self._rest = np.zeros((len(samples), self._windows.before), np.float32)
        whole = np.concatenate((self._rest, samples), axis=1)
        count = max((whole.shape[1] - length) // hop + 1, 0)
        if count:
            self.results.append(self._of(whole[:, : length + (count - 1) * hop]))
        self._rest = whole[:, count * hop :].copy()
