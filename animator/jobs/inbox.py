"""`Inbox`: takes orders from a pipe in a thread of its own, so that a stop is heard meanwhile."""

import os
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from animator.jobs.images.messages import End, EndImages, ImageOrder
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.messages import Order, Stop, ToWorker
from animator.runs.stop_token import StopToken


@dataclass(frozen=True, eq=False)
class FilmTask:
    """A film to render, or a model to train.

    Attributes:
        order: The order.
        stop: Set once it is to stop.
    """

    order: Order
    stop: StopToken = field(default_factory=StopToken)


@dataclass(frozen=True, eq=False)
class ImagesTask:
    """Images to make.

    Attributes:
        order: The order.
        end: Set once they are to end early.
    """

    order: ImageOrder
    end: EarlyEnd = field(default_factory=EarlyEnd)


class Inbox:
    """Orders for films and images, each with what ends it; images come first.

    Args:
        pipe: Where they come from; the process ends at once with the program at its other end.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._changed = threading.Condition()
        self._films: deque[FilmTask] = deque()
        self._images: deque[ImagesTask] = deque()
        self._last_film: FilmTask | None = None
        self._last_images: ImagesTask | None = None
        self._is_closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> FilmTask | ImagesTask | None:
        """Waits for the next order and returns it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._images or self._films or self._is_closed)
            if self._images:
                return self._images.popleft()
            return self._films.popleft() if self._films else None

    def next_images(self) -> ImagesTask | None:
        """Returns the next order for images; None if there is none now."""
        with self._changed:
            return self._images.popleft() if self._images else None

    def _listen(self) -> None:
        while True:
            try:
                message: ToWorker = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(1)  # what is rendered can be resumed, and nobody else may wait for its folder
            with self._changed:
                self._take(message)
                self._changed.notify_all()
                if self._is_closed:
                    return

    def _take(self, message: ToWorker) -> None:
        film, images = self._last_film, self._last_images
        if isinstance(message, Order):
            self._last_film = FilmTask(message)
            self._films.append(self._last_film)
        elif isinstance(message, ImageOrder):
            self._last_images = ImagesTask(message)
            self._images.append(self._last_images)
        elif isinstance(message, Stop):
            if film is not None and film.order.job == message.job:
                film.stop.stop()
        elif isinstance(message, EndImages):
            if images is not None and images.order.order == message.order:
                images.end.ask(message.how)
        else:
            self._close()

    def _close(self) -> None:
        if self._last_film is not None:
            self._last_film.stop.stop()
        if self._last_images is not None:
            self._last_images.end.ask(End.INTERRUPT)
        self._is_closed = True
