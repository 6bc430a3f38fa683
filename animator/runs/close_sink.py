"""`close_sink`: completes a sink's output, with progress where that takes long."""

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from animator.runs.frame_feed import Backlog
from animator.runs.progress import Progress
from animator.runs.sink import Sink
from animator.runs.stop_token import StopToken

STEP_SECONDS = 1.0
"""Time between two reports, and until the first one."""
STOP_SECONDS = 3.0
"""Time that is left to a sink after a stop: one that is nearly done completes its output."""


@runtime_checkable
class ClosesInSteps(Protocol):
    """A sink that may be far behind the rendering, and tells how far."""

    def close_within(self, seconds: float) -> Backlog | None:
        """Closes the sink, or returns after about this time how far it is."""
        ...


def close_within(sink: Sink, seconds: float) -> Backlog | None:
    """Closes a sink and returns None, or how far it is where it needs longer; other sinks close at once."""
    if isinstance(sink, ClosesInSteps):
        return sink.close_within(seconds)
    sink.close()
    return None


def close_sink(sink: Sink, name: str, report: Callable[[Progress], None], stop: StopToken) -> bool:
    """Completes a sink's output, and returns False where it was stopped before, and aborted.

    Args:
        sink: The sink; it has all frames.
        name: File name of the output, for the reports.
        report: Called about every second with the frames that are in the output.
        stop: Stops it.

    Raises:
        AnimatorError: The output failed.
    """
    reports = _Reports(name, report)
    while (backlog := close_within(sink, STEP_SECONDS)) is not None:
        if stop.is_set:
            complete = close_within(sink, STOP_SECONDS) is None
            if not complete:
                sink.abort()
            return complete
        try:
            reports.add(backlog)
        except BaseException:
            sink.abort()
            raise
    reports.complete()
    return True


class _Reports:
    """Reports how far an output is, as progress since it is waited for."""

    def __init__(self, name: str, report: Callable[[Progress], None]) -> None:
        self._name = name
        self._report = report
        self._started = time.monotonic()
        self._first: int | None = None
        self._last: Backlog | None = None

    def add(self, backlog: Backlog) -> None:
        """Reports how far it is."""
        # An output that failed begins again, with fewer frames than it had.
        self._first = backlog.done if self._first is None else min(self._first, backlog.done)
        self._last = backlog
        seconds = time.monotonic() - self._started
        self._report(Progress(backlog.done, backlog.frames, seconds, backlog.done - self._first, self._name))

    def complete(self) -> None:
        """Reports the whole output, where a part of it was reported."""
        if self._last is not None:
            self.add(Backlog(self._last.frames, self._last.frames))
