"""`StopToken`: stops a rendering, from any thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from animator.models.diffusion.step_hook import before_steps


class StopToken:
    """Stops a rendering: between frames, or between two steps of a diffusion.

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


class Stopped(Exception):  # noqa: N818 (nothing is wrong)
    """A generation was stopped between two steps."""


@contextmanager
def stopped_by(token: StopToken) -> Iterator[None]:
    """Has generations within a `with` block raise `Stopped` before their next step once a token is set."""

    def check(step: int, steps: int) -> None:
        if token.is_set:
            raise Stopped

    with before_steps(check):
        yield
