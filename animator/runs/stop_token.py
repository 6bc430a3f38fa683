"""`StopToken`: asks a rendering to stop, from any thread."""

import threading


class StopToken:
    """Asks a rendering to stop after the frame it is working on.

    Pass it to `render_run` and call `stop` from anywhere: another thread, a signal handler, a progress
    callback. The frames so far stay whole, and the run can be resumed.
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        """Asks for the stop; asking again changes nothing."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """True once a stop was asked for."""
        return self._event.is_set()
