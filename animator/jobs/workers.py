"""`Workers`: renders the jobs of a queue in worker processes."""

import logging
import threading
from contextlib import suppress
from dataclasses import replace

from filelock import FileLock, Timeout

from animator.errors import JobStoreError, RunError
from animator.jobs.dispatcher import Dispatcher
from animator.jobs.images.desk import ImageDesk
from animator.jobs.journal import Journal
from animator.jobs.messages import WorkerOptions
from animator.jobs.pool import WorkerPool, check_can_start
from animator.jobs.queue import JobQueue
from animator.jobs.worker import device_count
from animator.runs.open_model import OpenModel, open_model

log = logging.getLogger(__name__)
LOCK = ".jobs.lock"


class Workers:
    """Renders the jobs of a queue while it is open; use it in a `with` block.

    At its end the running jobs stop, as soon as they can be resumed, and wait for the next time. Programs
    that use it need `if __name__ == "__main__":`, because each worker imports their main module.

    Args:
        queue: The queue.
        options: Device, threads and permissions of the workers.
        count: Number of workers; None starts one for each device.
        opener: Opens the diffusers of films; a top-level function.
        images: Orders for images, which the workers make, too; None for none.

    Raises:
        UserError: This machine has no such device, or another program renders the queue's jobs.
    """

    def __init__(
        self,
        queue: JobQueue,
        options: WorkerOptions,
        count: int | None = None,
        opener: OpenModel = open_model,
        *,
        images: ImageDesk | None = None,
    ) -> None:
        self._queue = queue
        self._options = options
        self._count = count
        self._journal = Journal(queue.store)
        self._pool = WorkerPool(replace(options, renders=queue.renders), opener)
        self._closing = threading.Event()
        self._dispatcher = Dispatcher(queue.store, self._pool, self._closing, images or ImageDesk())
        self._lock = FileLock(queue.renders / LOCK, thread_local=False)
        self._error: BaseException | None = None

    def __enter__(self) -> "Workers":
        check_can_start()
        count = self._count or device_count(self._options.device)
        self._take_lock()
        try:
            self._journal.recover()
            self._thread = threading.Thread(target=self._run, args=(count,), name="jobs", daemon=True)
            self._thread.start()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self._lock.release()
        if self._error is not None:
            raise self._error

    @property
    def problem(self) -> str:
        """Why no jobs are rendered, for people; empty while all is well."""
        return f"{type(self._error).__name__}: {self._error}" if self._error else self._dispatcher.problem

    def _take_lock(self) -> None:
        path = self._queue.renders / LOCK
        if path.is_symlink():
            raise RunError(f"{path}: is a symbolic link; expected the jobs' own file; remove the link")
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise RunError(
                f"{path.parent}: another program renders its jobs; submit yours there, or use another folder"
            ) from None
        except OSError as error:
            raise RunError(f"{path}: cannot be written: {error.strerror}") from error

    def _run(self, count: int) -> None:
        try:
            self._dispatcher.run(count)
            self._pool.end()
        except BaseException as error:  # told by `problem`, raised at the end
            log.exception("the jobs in %s are not rendered any more", self._queue.renders)
            self._error = error
            self._pool.end(0.0)
            with suppress(JobStoreError):
                self._journal.recover()
