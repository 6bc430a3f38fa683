"""`ImageOrders`: the images that pages have ordered; they are made whether or not a page looks on."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from animator.jobs.images.desk import ImageDesk, ImageTask
from animator.jobs.images.messages import End, ImageProgress
from animator.jobs.images.work import ImageGrid, ImageWork, MadeImage
from animator.presets.grid import grid_of
from animator.server.images.ask import kept_images

MAX_ORDERS = 50
"""Orders that are remembered; the images of all others are in the gallery, too."""


@dataclass(frozen=True)
class KeptImage:
    """A finished image.

    Attributes:
        path: Its file.
        seed: Its seed; 0 where nothing was generated.
        infotext: How it was made.
        settings: The settings of the image; empty where nothing was generated.
        is_sheet: True for the sheet of a grid.
    """

    path: Path
    seed: int
    infotext: str
    settings: Mapping[str, Any]
    is_sheet: bool = False


@dataclass(frozen=True)
class Order:
    """An order for images, as it was when it was looked at.

    Attributes:
        id: Its id.
        draft: The draft whose page ordered it.
        has_begun: A worker has it.
        has_ended: Nothing more happens.
        is_stopping: An early end was asked for.
        progress: How far it is.
        images: The finished images.
        error: Why it failed; empty if it did not.
    """

    id: str
    draft: str
    has_begun: bool
    has_ended: bool
    is_stopping: bool
    progress: ImageProgress
    images: tuple[KeptImage, ...]
    error: str

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes whenever a page has something new to show."""
        return self.has_begun, self.has_ended, self.is_stopping, self.progress.seconds, len(self.images)


class ImageOrders:
    """The images that pages have ordered. Finished ones are files; only what is unfinished is in memory.

    Used by the event loop alone.

    Args:
        desk: Where orders go.
        renders: The renders folder, in which images are kept.
    """

    def __init__(self, desk: ImageDesk, renders: Path) -> None:
        self._desk = desk
        self._renders = renders
        self._orders: OrderedDict[str, Order] = OrderedDict()

    def submit(self, work: ImageWork, draft: str) -> Order:
        """Orders images and returns the order.

        Args:
            work: What to make.
            draft: Id of the draft whose page orders it.

        Raises:
            QueueFullError: Too many orders wait.
        """
        folder = kept_images(self._renders) / f"{datetime.now():%Y-%m-%d}"
        order = _order_of(self._desk.submit(work, folder), draft)
        self._orders[order.id] = order
        for known in list(self._orders):
            self.get(known)
        while len(self._orders) > MAX_ORDERS and (old := self._oldest_ended()):
            del self._orders[old]
        return order

    def get(self, order_id: str) -> Order | None:
        """Returns an order as it is now; None for one that is not remembered."""
        order = self._orders.get(order_id)
        if order is None or order.has_ended:
            return order
        order = _order_of(self._desk.get(order_id), order.draft)
        self._orders[order_id] = order
        if order.has_ended:
            self._desk.remove(order_id)
        return order

    def of(self, draft: str) -> list[Order]:
        """Returns the orders of a draft as they are now, the newest first."""
        found = (self.get(known) for known, order in list(self._orders.items()) if order.draft == draft)
        return [order for order in found if order is not None][::-1]

    def waiting_before(self, order_id: str) -> int:
        """Returns how many orders, also those of others, come before one."""
        ids = [task.id for task in self._desk.open_tasks()]
        return ids.index(order_id) if order_id in ids else 0

    def end(self, order_id: str, how: End) -> None:
        """Ends an order early; those of others go on."""
        self._desk.end(order_id, how)

    def _oldest_ended(self) -> str | None:
        return next((known for known, order in self._orders.items() if order.has_ended), None)


def _order_of(task: ImageTask, draft: str) -> Order:
    work = task.order.work
    kept = [_kept(image) for image in task.images]
    if isinstance(work, ImageGrid) and len(kept) > len(grid_of(work.axes, None, ()).cells):
        kept[-1] = replace(kept[-1], is_sheet=True)
    return Order(
        task.id,
        draft,
        task.has_begun,
        task.has_ended,
        task.end is End.INTERRUPT,
        task.progress,
        tuple(kept),
        task.error.message if task.error else "",
    )


def _kept(image: MadeImage) -> KeptImage:
    if image.path is None:
        raise ValueError("the image of an order is not kept")
    return KeptImage(image.path, image.seed, image.infotext, image.settings)
