"""`StageClock` adds up the time of stages; `Window` holds what it showed around some frames."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


def no_wait() -> None:
    """Waits for nothing."""


class StageClock:
    """Adds up how long each stage of a thread takes, without the stages inside it.

    Args:
        wait: Called before a stage ends, to wait for what it has left to the device.
    """

    def __init__(self, wait: Callable[[], None] = no_wait) -> None:
        self._wait = wait
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._counts: Counter[str] = Counter()
        self._inside: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the time within a `with` block to a stage."""
        started = time.perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            self._wait()
            seconds = time.perf_counter() - started
            self._seconds[name] += seconds - self._inside.pop()
            if self._inside:
                self._inside[-1] += seconds

    def count(self, name: str, amount: int = 1) -> None:
        """Adds to what is counted besides time, such as bytes written."""
        self._counts[name] += amount

    def reading(self) -> "Reading":
        """Returns what the clock shows now."""
        return Reading(time.perf_counter(), dict(self._seconds), dict(self._counts))


@dataclass(frozen=True)
class Reading:
    """What a clock shows.

    Attributes:
        time: In seconds since some moment.
        seconds: Of each stage so far.
        counts: What was counted so far.
    """

    time: float
    seconds: Mapping[str, float]
    counts: Mapping[str, int]

    def since(self, start: "Reading") -> "Reading":
        """Returns what was added since an earlier reading."""
        seconds = {name: total - start.seconds.get(name, 0.0) for name, total in self.seconds.items()}
        counts = {name: total - start.counts.get(name, 0) for name, total in self.counts.items()}
        return Reading(self.time - start.time, seconds, counts)


@dataclass(frozen=True)
class Clocks:
    """The clocks of a rendering.

    Attributes:
        drawing: Of the thread that generates the frames.
        writing: Of the thread that writes them meanwhile.
    """

    drawing: StageClock
    writing: StageClock


class Window:
    """The frames that are measured.

    Args:
        clocks: Are read before the first of them is generated, and before the first one after them.
        first: The first of them.
        end: The first one after them.
    """

    def __init__(self, clocks: Clocks, first: int, end: int) -> None:
        self.clocks = clocks
        self.end = end
        self._wanted = (first, end)
        self._readings: list[tuple[Reading, Reading]] = []

    def begins(self, frame: int) -> None:
        """Is told before a frame is generated."""
        done = len(self._readings)
        if done < len(self._wanted) and frame >= self._wanted[done]:
            self._readings.append((self.clocks.drawing.reading(), self.clocks.writing.reading()))

    def shown(self) -> tuple[Reading, Reading]:
        """Returns what was added to both clocks during the frames, once they are generated."""
        start, end = self._readings
        return end[0].since(start[0]), end[1].since(start[1])
