"""`bounded`: what no reader may do: fail with a foreign error, run on, take all memory, write elsewhere."""

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.fuzz.watch import watching

CPU_S = 2.0
"""CPU time of one example. Not the time on the clock, which depends on what else the machine does."""
ADDRESS_SPACE = 1_500_000_000
"""Bytes that one example may add to the address space of the process."""


class _SlowError(BaseException):
    """Not an Exception, so that no reader takes it for its own."""


@contextmanager
def bounded(*expected: type[BaseException], folder: Path | None = None) -> Iterator[None]:
    """Reads something in a `with` block.

    Args:
        expected: Errors of the reader; any other error leaves the block.
        folder: Where the reader may write; None for nowhere.

    Raises:
        AssertionError: The reader took too long, wrote elsewhere, started a program other than ffmpeg, or
            opened a connection.
    """
    with _limited_memory(), watching(folder) as found, _limited_time():
        try:
            yield
        except expected as error:
            str(error)  # must not fail
    assert not found, f"the reader did what it may not: {found}"


class _Alarm:
    """Stops what takes too long; importing a module, which whoever comes first does, takes no time."""

    def __init__(self) -> None:
        self.modules = len(sys.modules)

    def ring(self, _signal: int, frame: FrameType | None) -> None:
        if len(sys.modules) > self.modules:
            self.modules = len(sys.modules)
            signal.setitimer(signal.ITIMER_PROF, CPU_S)
        elif frame is not None and frame.f_code.co_name == "gc_callback":  # whose errors Python ignores
            signal.setitimer(signal.ITIMER_PROF, 0.01)
        else:
            raise _SlowError


@contextmanager
def _limited_time() -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, _Alarm().ring)
    signal.setitimer(signal.ITIMER_PROF, CPU_S)
    try:
        yield
    except _SlowError as error:
        raise AssertionError(f"took more than {CPU_S:g} s") from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _limited_memory() -> Iterator[None]:
    statm = Path("/proc/self/statm")
    if not statm.exists():  # only Linux says how much there is
        yield
        return
    limit, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(statm.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ADDRESS_SPACE, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
