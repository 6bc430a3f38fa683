"""`ImageList`: the images that are being generated, in the list of the jobs."""

from collections.abc import Sequence
from functools import partial

from nicegui import ui

from animator.jobs.images.desk import ImageTask
from animator.jobs.images.messages import End
from animator.jobs.images.work import ControlImages, Enlargement, FilmFrame, Generation
from animator.studio.shell import Page

_WORK: dict[type, str] = {
    Generation: "Images",
    FilmFrame: "One frame of a film",
    Enlargement: "Enlarging of images",
    ControlImages: "Control images",
}


class ImageList:
    """The orders for images that have not ended, each with a button that ends it.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rows: dict[str, _ImageRow] = {}
        self._list = ui.element("ul").classes("queue-images").props("data-testid=queue-images")
        self._list.props(f'aria-label="{page.t("Images")}"')

    def show(self, tasks: Sequence[ImageTask]) -> None:
        """Shows orders. The rows of those that stay are kept, and with them the focus of a keyboard."""
        for gone in self._rows.keys() - {task.id for task in tasks}:
            self._list.remove(self._rows.pop(gone).element)
        for place, task in enumerate(tasks):
            if task.id not in self._rows:
                with self._list:
                    self._rows[task.id] = _ImageRow(self._page, task)
            self._rows[task.id].element.move(self._list, place)
            self._rows[task.id].show(task)


class _ImageRow:
    """An order: what it makes, how far it is, and a button that ends it.

    Args:
        page: The page.
        task: The order.
    """

    def __init__(self, page: Page, task: ImageTask) -> None:
        t, desk = page.t, page.studio.server.images
        self._t = t
        self._name = t(_WORK.get(type(task.order.work), "Images"))
        with ui.element("li") as self.element:
            self._text = ui.label()
            stop = ui.button(t("Interrupt"), on_click=partial(desk.end, task.id, End.INTERRUPT))
            stop.props("no-caps outline dense data-testid=queue-images-interrupt")
            stop.props["aria-label"] = f"{t('Interrupt')}: {self._name}"

    def show(self, task: ImageTask) -> None:
        """Shows how far the order is."""
        if task.end is End.INTERRUPT:
            state = self._t("Is being interrupted")
        elif task.has_begun:
            state = f"{task.progress.share:.0%}"
        else:
            state = self._t("Waits")
        self._text.set_text(f"{self._name} · {state}")
