"""`ImageDesk`: takes orders for images, and knows what becomes of each."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from animator.errors import QueueFullError
from animator.jobs.images.messages import (
    End,
    EndImages,
    FromImageWorker,
    ImageAdvanced,
    ImageMade,
    ImageOrder,
    ImageProgress,
    ImagesEnded,
)
from animator.jobs.images.work import ImageWork, MadeImage
from animator.jobs.job import ErrorKind, JobError, new_id

CAPACITY = 100
"""Orders that may wait at once."""


@dataclass(frozen=True)
class ImageTask:
    """An order, as it was when it was looked at.

    Attributes:
        order: What a worker gets.
        created: When it was submitted, in seconds since 1970.
        name: How the one who submitted it calls it; may be empty.
        has_begun: A worker has it.
        has_ended: Nothing more happens.
        end: How it was asked to end early; None if it was not.
        progress: How far it is.
        images: The finished images.
        error: Why it failed; None if it did not.
    """

    order: ImageOrder
    created: float
    name: str = ""
    has_begun: bool = False
    has_ended: bool = False
    end: End | None = None
    progress: ImageProgress = field(default_factory=ImageProgress)
    images: tuple[MadeImage, ...] = ()
    error: JobError | None = None

    @property
    def id(self) -> str:
        """The order's id, such as `20261130-174512-3fa9c1`."""
        return self.order.order


class ImageDesk:
    """Orders for images, which workers take in turn.

    They are in memory alone: whoever asks for images waits for them, and is gone when the program is. May be
    used by any thread.

    Args:
        capacity: Orders that may wait at once.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, ImageTask] = OrderedDict()
        self._ends: list[EndImages] = []

    def submit(self, work: ImageWork, folder: Path | None = None, name: str = "") -> ImageTask:
        """Adds an order and returns it; whoever does so calls `remove` in the end.

        Args:
            work: What to make.
            folder: Where the images are kept; None keeps none.
            name: How the one who submits it calls it.

        Raises:
            QueueFullError: Too many orders wait.
        """
        with self._lock:
            if sum(not task.has_begun for task in self._tasks.values()) >= self._capacity:
                raise QueueFullError(
                    f"{self._capacity} requests for images wait already; send this one again later"
                )
            now = time.time()
            order = new_id(now)
            task = ImageTask(ImageOrder(order, work, folder), now, name)
            self._tasks[order] = task
            return task

    def get(self, order: str) -> ImageTask:
        """Returns an order as it is now; raises a KeyError for one that was removed."""
        with self._lock:
            return self._tasks[order]

    def remove(self, order: str) -> None:
        """Forgets an order; one that a worker has is interrupted."""
        with self._lock:
            task = self._tasks.pop(order, None)
            if task is not None and task.has_begun and not task.has_ended:
                self._ends.append(EndImages(order, End.INTERRUPT))

    def open_tasks(self) -> list[ImageTask]:
        """Returns the orders that have not ended: those that workers have, then those that wait, in turn."""
        with self._lock:
            tasks = [task for task in self._tasks.values() if not task.has_ended]
        return sorted(tasks, key=lambda task: not task.has_begun)

    def end_current(self, how: End) -> None:
        """Ends the orders that workers have early; those that wait are not concerned."""
        with self._lock:
            for task in [task for task in self._tasks.values() if task.has_begun]:
                self._end(task, how)

    def end(self, order: str, how: End) -> None:
        """Ends one order early; one that waits has no images then. Nothing for one that was removed."""
        with self._lock:
            if order in self._tasks:
                self._end(self._tasks[order], how)

    def _end(self, task: ImageTask, how: End) -> None:
        """Ends an order early, if it has not ended; the lock is held."""
        if task.has_ended:
            return
        self._tasks[task.id] = replace(task, end=how, has_ended=not task.has_begun)
        if task.has_begun:
            self._ends.append(EndImages(task.id, how))

    def take_next(self) -> ImageOrder | None:
        """Returns the order that waits longest, which now has begun; None if none waits."""
        with self._lock:
            waiting = (task for task in self._tasks.values() if not (task.has_begun or task.has_ended))
            task = next(waiting, None)
            if task is None:
                return None
            self._tasks[task.id] = replace(task, has_begun=True)
            return task.order

    def take_ends(self) -> list[EndImages]:
        """Returns which orders are to end early, each once."""
        with self._lock:
            ends, self._ends = self._ends, []
            return ends

    def note(self, message: FromImageWorker) -> None:
        """Notes a report of a worker; nothing for an order that was removed."""
        if isinstance(message, ImageAdvanced):
            self._change(message.order, lambda task: _advanced(task, message.progress))
        elif isinstance(message, ImageMade):
            self._change(message.order, lambda task: replace(task, images=(*task.images, message.image)))
        elif isinstance(message, ImagesEnded):
            self._change(message.order, lambda task: replace(task, has_ended=True, error=message.error))

    def fail(self, order: str, reason: str) -> None:
        """Has an order failed whose worker cannot go on."""
        self.note(ImagesEnded(order, JobError(ErrorKind.WORKER, reason)))

    def fail_waiting(self, reason: str) -> None:
        """Has all orders failed that wait, as there is no worker for them."""
        for task in self.open_tasks():
            if not task.has_begun:
                self.fail(task.id, reason)

    def _change(self, order: str, change: Callable[[ImageTask], ImageTask]) -> None:
        with self._lock:
            if order in self._tasks:
                self._tasks[order] = change(self._tasks[order])


def _advanced(task: ImageTask, progress: ImageProgress) -> ImageTask:
    """Returns a task that is further; a preview stays until there is a newer one."""
    preview = progress.preview or task.progress.preview
    share = max(progress.share, task.progress.share)
    return replace(task, progress=replace(progress, preview=preview, share=share))
