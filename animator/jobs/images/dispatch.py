"""`ImageDispatch`: hands orders for images to workers, also to those that render a film."""

from collections.abc import Iterable

from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.messages import FromImageWorker, ImageBegan, ImagesEnded
from animator.jobs.pool import Worker


class ImageDispatch:
    """Knows which worker has which order.

    Args:
        desk: The orders.
    """

    def __init__(self, desk: ImageDesk) -> None:
        self._desk = desk
        self._orders: dict[Worker, str] = {}
        self._begun: set[Worker] = set()

    def has(self, worker: Worker) -> bool:
        """Returns True for a worker that has an order."""
        return worker in self._orders

    def hand_out(self, workers: Iterable[Worker]) -> list[Worker]:
        """Hands out orders as long as any wait, and returns the workers that got one.

        Args:
            workers: Those that may have one, in the order in which they are asked.
        """
        chosen = []
        for worker in workers:
            if worker not in self._orders and (order := self._desk.take_next()) is not None:
                self._orders[worker] = order.order
                worker.send(order)
                chosen.append(worker)
        return chosen

    def pass_on_ends(self) -> None:
        """Tells workers which orders end early."""
        for end in self._desk.take_ends():
            for worker, order in self._orders.items():
                if order == end.order:
                    worker.send(end)

    def note(self, worker: Worker, message: FromImageWorker) -> None:
        """Notes a report of a worker."""
        if isinstance(message, ImageBegan):
            self._begun.add(worker)
        self._desk.note(message)
        if isinstance(message, ImagesEnded):
            self._forget(worker)

    def died(self, worker: Worker) -> bool:
        """Has the order of a dead worker failed; returns True if it was at that."""
        if worker not in self._orders:
            return False
        self._desk.fail(self._orders[worker], f"the worker died that had the images: {worker.end}")
        was_at_it = worker in self._begun
        self._forget(worker)
        return was_at_it

    def fail_waiting(self, reason: str) -> None:
        """Has the orders failed that wait, as no worker can take them."""
        self._desk.fail_waiting(reason)

    def _forget(self, worker: Worker) -> None:
        self._orders.pop(worker, None)
        self._begun.discard(worker)
