"""`StopToken`: stops a rendering, from any thread."""

import threading


class StopToken:
    """Stops a rendering after the current frame.

    Pass it to `render_run` and call `stop` from anywhere: another thread, a signal handler, a progress
    callback. The frames so far stay complete, and the run can be resumed.
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        """Requests the stop; a second call changes nothing."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """True once a stop was requested."""
        return self._event.is_set()
