"""`tee`: gives the frames of a session to one main sink and to any number of others."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from animator.images.image import Image8
from animator.runs.close_sink import close_within
from animator.runs.frame_feed import Backlog
from animator.runs.run import Run
from animator.runs.sink import OpenSink, Sink

log = logging.getLogger(__name__)


def tee(main: OpenSink, others: Sequence[OpenSink]) -> OpenSink:
    """Returns the opener of a sink that passes frames on to several.

    Args:
        main: Opens the sink that must succeed: its errors end the session.
        others: Open sinks that may fail: one that raises any exception is dropped with a warning.
    """
    return (lambda run, first: _Tee(main, others, run, first)) if others else main


class _Tee:
    """Passes frames on to the main sink, and after it to the others, as arrays that cannot be written to."""

    def __init__(self, main: OpenSink, others: Sequence[OpenSink], run: Run, first: int) -> None:
        self._run = run
        self._others: list[Sink] = []
        self._main = main(run, first)
        try:
            for open_sink in others:
                self._try(partial(self._add, open_sink, first))
        except BaseException:
            self.abort()
            raise

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3)."""
        self._main.write(pixels)
        shown = pixels.view()
        shown.flags.writeable = False
        for sink in [*self._others]:
            if not self._try(partial(sink.write, shown)):
                self._others.remove(sink)
                self._try(sink.abort)

    def close(self) -> None:
        """Completes all outputs, the main one last: its error must not leave the others open."""
        for sink in self._take_others():
            self._try(sink.close)
        self._main.close()

    def close_within(self, seconds: float) -> Backlog | None:
        """Does what `close` does, but waits for the main output at most some seconds; see `close_within`."""
        for sink in self._take_others():
            self._try(sink.close)
        return close_within(self._main, seconds)

    def abort(self) -> None:
        """Ends all outputs early."""
        for sink in self._take_others():
            self._try(sink.abort)
        self._main.abort()

    def _add(self, open_sink: OpenSink, first: int) -> None:
        self._others.append(open_sink(self._run, first))

    def _take_others(self) -> list[Sink]:
        taken, self._others = self._others, []
        return taken

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except Exception as error:  # noqa: BLE001 (whatever a sink of others raises must not end the film)
            log.warning(
                "%s: a further sink failed and gets no more frames; the film goes on: %s: %s",
                *(self._run.folder, type(error).__name__, error),
            )
            return False
        return True
