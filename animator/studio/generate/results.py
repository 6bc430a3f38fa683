"""The images that a draft's pages have ordered: those that are finished, and the one that is looked at."""

from pathlib import Path
from urllib.parse import quote

from nicegui import ui

from animator.studio.generate.fields import set_prop
from animator.studio.generate.image_actions import ImageActions
from animator.studio.generate.image_routes import IMAGES
from animator.studio.generate.orders import KeptImage, Order
from animator.studio.generate.progress import OpenOrders
from animator.studio.generate.session import ImageSession

LOOK_S = 0.2
"""Time between two looks at the orders, which are in memory."""
MAX_SHOWN = 200
"""Images that are shown; the gallery has all."""
THUMBNAIL_WIDTH = 256


def image_url(image: KeptImage) -> str:
    """Returns the URL of an image's file."""
    return f"{IMAGES}/{quote(image.path.parent.name)}/{quote(image.path.name)}"


class Results:
    """Shows the images of a draft, and what can be done with each.

    Args:
        session: The settings.
        actions: What can be done with an image.
    """

    def __init__(self, session: ImageSession, actions: ImageActions) -> None:
        self._session = session
        self._actions = actions
        self._t = session.page.t
        self._marks: object = None
        self._shown: list[KeptImage] = []
        self._chosen: KeptImage | None = None
        self._newest_order = ""
        self._thumbnails: dict[Path, ui.element] = {}
        self._open = OpenOrders(session)
        self._viewer = ui.element("div").classes("generate-viewer")
        self._said = ui.label().classes("studio-unseen").props("role=status")
        self._grid = ui.element("div").classes("generate-grid").props("role=group")
        self._grid.props["aria-label"] = self._t("Images")
        with self._viewer:
            ui.label(self._t("What you generate appears here.")).classes("studio-soft")
        self.look()
        ui.timer(LOOK_S, self.look)

    def look(self) -> None:
        """Shows what has changed since the last look."""
        orders = self._session.page.studio.image_orders.of(self._session.draft.id)
        marks = [(order.id, order.mark) for order in orders]
        if marks == self._marks:
            return
        self._marks = marks
        self._open.show(orders)
        images = _images_of(orders)
        if images == self._shown:
            return
        newest = next((order.id for order in orders if order.images), "")
        follows = newest != self._newest_order or self._chosen == self._shown[0]
        self._newest_order = newest
        self._shown = images
        self._show_grid()
        if follows and images:  # else what is looked at stays, though its order is forgotten
            self._choose(images[0])

    def _show_grid(self) -> None:
        """Adds what is new and removes what is old: a long series costs no more than its last image."""
        paths = {image.path for image in self._shown}
        for path in [path for path in self._thumbnails if path not in paths]:
            self._thumbnails.pop(path).delete()
        for index, image in enumerate(self._shown):
            if image.path not in self._thumbnails:
                with self._grid:
                    self._thumbnails[image.path] = self._thumbnail(image)
                self._thumbnails[image.path].move(self._grid, target_index=index)

    def _thumbnail(self, image: KeptImage) -> ui.element:
        def choose() -> None:
            self._choose(image)

        button = ui.element("button").props("type=button data-testid=generate-thumbnail")
        button.classes("generate-thumbnail").on("click", choose)
        with button:
            small = ui.element("img").props("loading=lazy decoding=async")
            small.props["src"] = f"{image_url(image)}?width={THUMBNAIL_WIDTH}"
            small.props["alt"] = self._name(image)
        return button

    def _choose(self, image: KeptImage) -> None:
        self._chosen = image
        self._said.set_text(self._name(image))
        for path, thumbnail in self._thumbnails.items():
            set_prop(thumbnail, "aria-current", "true" if path == image.path else "false")
        self._viewer.clear()
        with self._viewer:
            with ui.element("a").props("target=_blank rel=noopener") as link:
                link.props["href"] = image_url(image)
                whole = ui.element("img").props("data-testid=generate-image")
                whole.props["src"], whole.props["alt"] = image_url(image), self._name(image)
            ui.label(self._name(image)).props("data-testid=generate-image-seed").classes("generate-caption")
            self._actions.buttons(image, image_url(image))
            if image.infotext:
                with ui.expansion(self._t("How it was made")).props("dense").classes("generate-group"):
                    ui.label(image.infotext).props("data-testid=generate-infotext").classes(
                        "generate-infotext"
                    )

    def _name(self, image: KeptImage) -> str:
        if image.is_sheet:
            return self._t("Grid")
        return self._t("Seed {seed}").format(seed=image.seed) if image.settings else self._t("Enlarged image")


def _images_of(orders: list[Order]) -> list[KeptImage]:
    """Returns the images of orders, the newest first."""
    return [image for order in orders for image in reversed(order.images)][:MAX_SHOWN]
