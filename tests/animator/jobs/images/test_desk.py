"""Orders for images: who takes them, in which order, and how they end."""

from pathlib import Path

import pytest

from animator.errors import QueueFullError
from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.messages import (
    End,
    EndImages,
    ImageAdvanced,
    ImageMade,
    ImageProgress,
    ImagesEnded,
)
from animator.jobs.images.work import DropModels, MadeImage
from animator.jobs.job import ErrorKind


def test_orders_are_taken_in_turn() -> None:
    desk = ImageDesk()
    first, second = desk.submit(DropModels()), desk.submit(DropModels(), Path("kept"), "mine")
    assert [desk.take_next(), desk.take_next(), desk.take_next()] == [first.order, second.order, None]
    assert desk.get(second.id).has_begun and desk.get(second.id).name == "mine"


def test_no_more_orders_wait_than_there_is_room_for() -> None:
    desk = ImageDesk(capacity=1)
    first = desk.submit(DropModels())
    with pytest.raises(QueueFullError, match="1 requests for images wait already"):
        desk.submit(DropModels())
    assert desk.take_next() == first.order
    desk.submit(DropModels())  # the first does not wait any more


def test_an_order_has_what_its_worker_reported() -> None:
    desk, image = ImageDesk(), MadeImage(b"png", 7)
    task = desk.submit(DropModels())
    desk.take_next()
    desk.note(ImageAdvanced(task.id, ImageProgress(share=0.5, seconds=2.0, preview=b"small")))
    desk.note(ImageAdvanced(task.id, ImageProgress(share=0.4, seconds=3.0)))
    now = desk.get(task.id)
    assert (now.progress.share, now.progress.preview, now.progress.eta_s) == (0.5, b"small", 3.0)
    desk.note(ImageMade(task.id, image))
    desk.note(ImagesEnded(task.id))
    assert desk.get(task.id).images == (image,) and desk.get(task.id).has_ended
    assert desk.open_tasks() == []


def test_those_that_workers_have_come_before_those_that_wait() -> None:
    desk = ImageDesk()
    ids = [desk.submit(DropModels()).id for _ in range(3)]
    desk.take_next()
    assert [task.id for task in desk.open_tasks()] == ids


def test_an_end_is_for_those_that_have_begun_alone() -> None:
    desk = ImageDesk()
    first, second = desk.submit(DropModels()), desk.submit(DropModels())
    desk.take_next()
    desk.end_current(End.SKIP)
    assert desk.take_ends() == [EndImages(first.id, End.SKIP)] and desk.take_ends() == []
    assert desk.get(first.id).end is End.SKIP and desk.get(second.id).end is None


def test_an_order_that_nobody_waits_for_is_interrupted() -> None:
    desk = ImageDesk()
    first, second = desk.submit(DropModels()), desk.submit(DropModels())
    desk.take_next()
    desk.remove(second.id)
    desk.remove(first.id)
    assert desk.take_ends() == [EndImages(first.id, End.INTERRUPT)] and desk.take_next() is None
    desk.note(ImagesEnded(first.id))  # nobody is told
    with pytest.raises(KeyError):
        desk.get(first.id)


def test_orders_fail_where_no_worker_can_take_them() -> None:
    desk = ImageDesk()
    task = desk.submit(DropModels())
    desk.fail_waiting("worker 0 cannot start: no such device")
    error = desk.get(task.id).error
    assert error is not None and error.kind is ErrorKind.WORKER and "no such device" in error.message
    assert desk.take_next() is None


def test_one_order_ends_while_others_go_on() -> None:
    desk = ImageDesk()
    mine, waiting, other = (desk.submit(DropModels()) for _ in range(3))
    desk.take_next()
    desk.end(mine.id, End.SKIP)
    desk.end(waiting.id, End.INTERRUPT)
    desk.end("20261130-000000-000000", End.INTERRUPT)
    assert desk.take_ends() == [EndImages(mine.id, End.SKIP)]
    assert desk.get(waiting.id).has_ended and desk.take_next() == other.order
