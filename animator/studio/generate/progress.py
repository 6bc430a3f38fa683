"""The orders that are being made: previews, how far they are, and buttons to end them early."""

from dataclasses import dataclass
from functools import partial

from nicegui import ui

from animator.jobs.images.messages import End
from animator.studio.generate.fields import set_prop
from animator.studio.generate.image_routes import PREVIEWS
from animator.studio.generate.orders import Order
from animator.studio.generate.session import ImageSession


@dataclass(frozen=True)
class _Row:
    """The elements of an order.

    Attributes:
        whole: All of them.
        preview: The image so far.
        bar: How far it is.
        status: The same in words.
        skip: Ends a batch early.
        stop: Ends the order early, or removes the row of one that failed.
    """

    whole: ui.element
    preview: ui.element
    bar: ui.linear_progress
    status: ui.label
    skip: ui.button
    stop: ui.button


class OpenOrders:
    """Shows the orders that are being made or wait, and those that failed until they are closed.

    Args:
        session: The settings, whose draft has the orders.
    """

    def __init__(self, session: ImageSession) -> None:
        self._session = session
        self._t = session.page.t
        self._rows: dict[str, _Row] = {}
        self._closed: set[str] = set()
        self._place = ui.element("div").classes("generate-open")

    def show(self, orders: list[Order]) -> None:
        """Shows orders as they are now."""
        shown = {order.id: order for order in orders if not order.has_ended or self._failed(order)}
        for known in [known for known in self._rows if known not in shown]:
            self._rows.pop(known).whole.delete()
        for order in reversed(shown.values()):
            if order.id not in self._rows:
                with self._place:
                    self._rows[order.id] = self._row(order)
            self._update(self._rows[order.id], order)

    def _failed(self, order: Order) -> bool:
        return bool(order.error) and order.id not in self._closed

    def _row(self, order: Order) -> _Row:
        orders, t = self._session.page.studio.image_orders, self._t
        with ui.element("div").classes("generate-order") as whole:
            preview = ui.element("img").classes("generate-preview").props("data-testid=generate-preview")
            preview.props["alt"] = t("Preview")
            with ui.element("div").classes("generate-order-text"):
                status = ui.label().props("data-testid=generate-status")
                bar = ui.linear_progress(0, show_value=False).props("data-testid=generate-progress")
                bar.props["aria-label"] = t("Progress")
                with ui.element("div"):
                    skip = ui.button(
                        t("Skip"), icon="skip_next", on_click=partial(orders.end, order.id, End.SKIP)
                    )
                    skip.props("flat dense no-caps data-testid=generate-skip")
                    stop = ui.button(t("Interrupt"), icon="stop", on_click=partial(self._stop, order.id))
                    stop.props("flat dense no-caps data-testid=generate-interrupt")
        return _Row(whole, preview, bar, status, skip, stop)

    def _stop(self, order_id: str) -> None:
        self._session.page.studio.image_orders.end(order_id, End.INTERRUPT)
        self._closed.add(order_id)

    def _update(self, row: _Row, order: Order) -> None:
        row.status.set_text(self._status(order))
        row.bar.set_value(order.progress.share)
        row.bar.set_visibility(not order.error)
        row.skip.set_visibility(order.has_begun and not order.has_ended)
        row.stop.set_text(self._t("Close") if order.has_ended else self._t("Interrupt"))
        row.stop.set_enabled(order.has_ended or not order.is_stopping)
        row.preview.set_visibility(bool(order.progress.preview) and not order.has_ended)
        if order.progress.preview:
            set_prop(row.preview, "src", f"{PREVIEWS}/{order.id}?at={order.progress.seconds:.3f}")

    def _status(self, order: Order) -> str:
        progress, t = order.progress, self._t
        if order.error:
            return order.error
        if order.is_stopping:
            return t("Is being interrupted")
        if not order.has_begun:
            before = self._session.page.studio.image_orders.waiting_before(order.id)
            return t("Waiting; {count} before it").format(count=before)
        if not progress.steps:
            return t("Loads the model")
        return t("Image {image} of {images}, step {step} of {steps}").format(
            image=progress.image + 1, images=progress.images, step=progress.step, steps=progress.steps
        )
