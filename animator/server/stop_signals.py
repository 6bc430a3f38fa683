"""`StopSignals`: Ctrl-C and SIGTERM as the wish that the server ends."""

import os
import signal
import threading
import time
from typing import Any

from animator.runs.session import INTERRUPTED, PATIENCE_S


class StopSignals:
    """Notes Ctrl-C and SIGTERM in a `with` block; does nothing outside the main thread.

    The first one asks for the end. Those right after it are ignored, as wrappers pass on what the terminal
    has sent already; one that comes after `PATIENCE_S` ends the process at once. Its workers end, too, as
    nobody listens to them any more, and what they render can be resumed.
    """

    def __init__(self) -> None:
        self._asked: float | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def have_come(self) -> bool:
        """True once the end was asked for."""
        return self._asked is not None

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, *_: object) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked = now
        elif now - self._asked > PATIENCE_S:
            os._exit(INTERRUPTED)
