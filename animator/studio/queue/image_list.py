"""`ImageList`: the images that are being generated, in the list of the jobs."""

from collections.abc import Sequence

from nicegui import ui

from animator.jobs.images.desk import ImageTask
from animator.jobs.images.work import ControlImages, Enlargement, FilmFrame, Generation
from animator.studio.shell import Page

_WORK: dict[type, str] = {
    Generation: "Images",
    FilmFrame: "One frame of a film",
    Enlargement: "Enlarging of images",
    ControlImages: "Control images",
}


class ImageList:
    """The orders for images that have not ended.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._texts: list[str] = []
        self._list = ui.element("ul").classes("queue-images").props("data-testid=queue-images")
        self._list.props(f'aria-label="{page.t("Images")}"')

    def show(self, tasks: Sequence[ImageTask]) -> None:
        """Shows orders."""
        texts = [self._text(task) for task in tasks]
        if texts == self._texts:
            return
        self._texts = texts
        self._list.clear()
        with self._list:
            for text in texts:
                with ui.element("li"):
                    ui.label(text)

    def _text(self, task: ImageTask) -> str:
        t = self._page.t
        name = t(_WORK.get(type(task.order.work), "Images"))
        if not task.has_begun:
            return f"{name} · {t('Waits')}"
        return f"{name} · {task.progress.share:.0%}"
