"""`RunLock`: one writer per run folder, released even by a crash; `is_locked` for readers."""

import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from animator.core.read import UnreadableError, open_regular
from animator.errors import ChooseOutput, RunError

LOCK = ".lock"
"""The file, in a run folder, that its writer holds locked."""
PROBE_PATIENCE_S = 0.3
"""Wait for a lock: `is_locked` takes it for an instant, which must not make a writer give up."""
_POLL_S = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        """Locks a file for an instant; raises OSError where a writer holds it."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        """Locks a file for an instant, beside other readers; raises OSError where a writer holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class RunLock:
    """The lock of a run folder; taken in one thread, it may be released in another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK, thread_local=False)

    def acquire(self) -> None:
        """Takes the lock.

        Raises:
            RunError: Another process holds it.
        """
        try:
            self._lock.acquire(timeout=PROBE_PATIENCE_S, poll_interval=_POLL_S)
        except Timeout:
            raise RunError(
                f"{self._folder}: another process is rendering here; wait for it to finish", ChooseOutput()
            ) from None

    def release(self) -> None:
        """Releases the lock."""
        self._lock.release()


def is_locked(folder: Path) -> bool:
    """Returns True while a process has the run in a folder open to write; writes nothing."""
    try:
        with open_regular(folder / LOCK) as file:
            return not _can_lock(file.fileno())
    except UnreadableError:  # no process has ever written there
        return False


def wait_for_writer(folder: Path, seconds: float) -> None:
    """Waits until no process has the run in a folder open to write, but no longer than some seconds.

    Whoever takes a run over waits before it looks at the run, which the other may still change.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end and is_locked(folder):
        time.sleep(_POLL_S)


def _can_lock(descriptor: int) -> bool:
    try:
        _try_lock(descriptor)
    except OSError:
        return False
    return True
