"""`GalleryIndexer`: keeps the index of a gallery up to date, in a thread."""

import logging
import threading
import time
from types import TracebackType

from animator.core.threads import start_thread
from animator.errors import AnimatorError
from animator.gallery.gallery import Gallery

log = logging.getLogger(__name__)
PAUSE_S = 3.0
_REST = 10
"""Pause after a look, as a multiple of the time that it took: a slow disk is left some rest."""
_MAX_PAUSE_S = 60.0


class GalleryIndexer:
    """Looks at the renders folder every few seconds within a `with` block.

    Args:
        gallery: The gallery.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._progress: tuple[int, int] | None = None
        self._problem = ""

    def __enter__(self) -> "GalleryIndexer":
        self._thread = start_thread(self._work, "gallery")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many files are read and found, while there are some to read; None otherwise."""
        return self._progress

    @property
    def problem(self) -> str:
        """Why the index is not kept up to date at the moment; empty while all is well."""
        return self._problem

    def _work(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            self._look()
            took = time.monotonic() - began
            self._stop.wait(min(max(PAUSE_S, _REST * took), _MAX_PAUSE_S))

    def _look(self) -> None:
        try:
            self._gallery.refresh(self._stop, self._note)
            self._problem = ""
        except AnimatorError as error:
            self._report(str(error))
        except Exception as error:  # whatever a library raises must not end the looks; `problem` shows it
            log.exception("the gallery could not look at the renders folder")
            self._report(f"{type(error).__name__}: {error}")
        finally:
            self._progress = None

    def _note(self, done: int, found: int) -> None:
        self._progress = (done, found)

    def _report(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("the gallery is not up to date: %s", problem)
        self._problem = problem
