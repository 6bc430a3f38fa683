"""Orders of images by pages: who made them, what they have, and how they end."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from nicegui import Client, core, ui

from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.messages import End, EndImages, ImageAdvanced, ImageMade, ImageProgress, ImagesEnded
from animator.jobs.images.work import Generation, ImageGrid, ImageWork, MadeImage
from animator.jobs.job import ErrorKind, JobError
from animator.studio.generate.image_actions import ImageActions
from animator.studio.generate.orders import MAX_ORDERS, ImageOrders
from animator.studio.generate.results import Results
from animator.studio.generate.session import ImageSession

ONE = Generation({"prompt": "a lake"})


@pytest.fixture
def desk() -> ImageDesk:
    return ImageDesk(capacity=1000)


@pytest.fixture
def orders(desk: ImageDesk, tmp_path: Path) -> ImageOrders:
    return ImageOrders(desk, tmp_path)


def made(desk: ImageDesk, orders: ImageOrders, work: ImageWork, count: int, draft: str = "mine") -> str:
    """The id of an order whose images are made."""
    order = orders.submit(work, draft)
    desk.take_next()
    for number in range(count):
        desk.note(ImageMade(order.id, MadeImage(b"png", number, path=Path(f"{number}.png"))))
    desk.note(ImagesEnded(order.id))
    return order.id


def test_an_order_is_kept_by_day_and_found_by_its_draft(
    desk: ImageDesk, orders: ImageOrders, tmp_path: Path
) -> None:
    first, other, second = (orders.submit(ONE, draft) for draft in ("mine", "another", "mine"))
    assert [order.id for order in orders.of("mine")] == [second.id, first.id]
    assert orders.waiting_before(second.id) == 2 and orders.waiting_before(other.id) == 1
    taken = desk.take_next()
    assert taken is not None and taken.folder is not None and taken.folder.parent == tmp_path / "images"


def test_what_is_made_stays_after_the_desk_has_forgotten_it(desk: ImageDesk, orders: ImageOrders) -> None:
    order_id = made(desk, orders, ONE, 2)
    order = orders.get(order_id)
    assert order is not None and order.has_ended and [image.seed for image in order.images] == [0, 1]
    with pytest.raises(KeyError):
        desk.get(order_id)
    assert orders.get(order_id) == order


def test_the_last_image_of_a_whole_grid_is_its_sheet(desk: ImageDesk, orders: ImageOrders) -> None:
    grid = ImageGrid({}, ("seed=1,2",))
    whole, part = orders.get(made(desk, orders, grid, 3)), orders.get(made(desk, orders, grid, 2))
    assert whole is not None and [image.is_sheet for image in whole.images] == [False, False, True]
    assert part is not None and [image.is_sheet for image in part.images] == [False, False]


def test_an_order_changes_its_mark_with_each_step_and_tells_why_it_failed(
    desk: ImageDesk, orders: ImageOrders
) -> None:
    order = orders.submit(ONE, "mine")
    desk.take_next()
    desk.note(ImageAdvanced(order.id, ImageProgress(step=1, seconds=0.5)))
    now = orders.get(order.id)
    assert now is not None and now.mark != order.mark and now.has_begun
    desk.note(ImagesEnded(order.id, JobError(ErrorKind.RENDERING, "no memory")))
    ended = orders.get(order.id)
    assert ended is not None and ended.error == "no memory"


def test_ending_an_order_leaves_those_of_others_alone(desk: ImageDesk, orders: ImageOrders) -> None:
    mine, other = orders.submit(ONE, "mine"), orders.submit(ONE, "another")
    desk.take_next()
    desk.take_next()
    orders.end(mine.id, End.INTERRUPT)
    assert desk.take_ends() == [EndImages(mine.id, End.INTERRUPT)]
    stopping, going = orders.get(mine.id), orders.get(other.id)
    assert stopping is not None and stopping.is_stopping
    assert going is not None and not going.is_stopping


def test_the_oldest_finished_orders_are_forgotten(desk: ImageDesk, orders: ImageOrders) -> None:
    waiting = orders.submit(ONE, "mine")
    desk.take_next()
    first = made(desk, orders, ONE, 1)
    for _ in range(MAX_ORDERS):
        made(desk, orders, ONE, 1)
    assert orders.get(first) is None and orders.get(waiting.id) is not None
    assert orders.get("no such order") is None


def test_a_page_keeps_the_image_that_is_looked_at_when_its_orders_are_forgotten(
    desk: ImageDesk, orders: ImageOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = SimpleNamespace(studio=SimpleNamespace(image_orders=orders), t=str)
    session = cast(ImageSession, SimpleNamespace(page=page, draft=SimpleNamespace(id="mine")))
    actions = cast(ImageActions, SimpleNamespace(buttons=lambda image, url: None))

    async def story() -> None:
        monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
        made(desk, orders, ONE, 1)
        with Client(ui.page("/"), request=None) as client:
            results = Results(session, actions)
            for _ in range(MAX_ORDERS):
                made(desk, orders, ONE, 1, draft="another")
            assert not orders.of("mine")
            results.look()
        shown = [element.props["src"] for element in client.elements.values() if element.tag == "img"]
        assert len(shown) == 1 and shown[0].endswith("/0.png")
        client.delete()

    asyncio.run(story())
