"""A feed gives every frame in order, from memory or from disk, and its errors to those who wait for it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator import Run
from animator.errors import RunError
from animator.images.image import Image8
from animator.runs import frame_feed
from animator.runs.frame_feed import Backlog, FrameFeed
from tests.fakes import Make

LONG = 60.0


@pytest.fixture
def run(make_animation: Make, tmp_path: Path) -> Iterator[Run]:
    with Run.create(tmp_path / "run", make_animation(frames=300)) as opened:
        yield opened


def flat(gray: int) -> Image8:
    return np.full((64, 64, 3), gray, np.uint8)


def write(run: Run, frame: int, gray: int) -> Image8:
    """Writes a frame of a run as a flat gray."""
    pixels = flat(gray)
    Image.fromarray(pixels).save(run.frame_path(frame))
    return pixels


class Taker:
    """Takes frames and keeps their grays; while it is not open, it holds on to the first one it gets."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.grays: list[int] = []
        self.gate = threading.Event()
        if is_open:
            self.gate.set()

    def __call__(self, pixels: Image8) -> None:
        assert self.gate.wait(LONG)
        self.grays.append(int(pixels[0, 0, 0]))


@pytest.mark.parametrize("kept", [0, 1, 3, 50])
def test_every_frame_comes_once_and_in_order_from_memory_or_from_disk(
    run: Run, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(frame_feed, "KEPT_FRAMES", kept)
    for frame in range(5):
        write(run, frame, frame)
    taker = Taker(is_open=False)
    feed = FrameFeed(run, 5, taker)
    for frame in range(5, 30):
        feed.add(write(run, frame, frame))
        if frame == 20:
            taker.gate.set()
    assert feed.wait(LONG) == Backlog(30, 30) and taker.grays == list(range(30))


def test_frames_that_are_rendered_again_are_read_only_after_that(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_feed, "KEPT_FRAMES", 0)
    for frame in range(10):
        write(run, frame, frame)
    taker = Taker()
    feed = FrameFeed(run, 4, taker)
    assert feed.wait(LONG) == Backlog(4, 4)
    for frame in range(4, 10):
        feed.add(write(run, frame, 100 + frame))
    feed.wait(LONG)
    assert taker.grays == [0, 1, 2, 3, 104, 105, 106, 107, 108, 109]


def test_a_wait_ends_though_frames_are_left(run: Run) -> None:
    taker = Taker(is_open=False)
    feed = FrameFeed(run, 0, taker)
    for frame in range(3):
        feed.add(write(run, frame, frame))
    assert feed.wait(0.01) == Backlog(0, 3)
    taker.gate.set()
    assert feed.wait(LONG) == Backlog(3, 3)


def test_a_stopped_feed_gives_what_is_in_memory_and_leaves_what_is_far_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_feed, "GRACE_SECONDS", -1)
    monkeypatch.setattr(frame_feed, "KEPT_FRAMES", 4)
    taker = Taker(is_open=False)
    feed = FrameFeed(run, 0, taker)
    for frame in range(20):
        feed.add(write(run, frame, frame))
    feed.stop()
    taker.gate.set()
    feed.thread.join()
    assert len(taker.grays) in (4, 5)  # the first one may have left memory before the others came


def test_what_the_taker_raises_reaches_those_who_wait_and_frames_are_still_counted(run: Run) -> None:
    def fails(pixels: Image8) -> None:
        raise MemoryError("too much")

    feed = FrameFeed(run, 0, fails)
    feed.add(write(run, 0, 0))
    feed.thread.join()
    feed.add(write(run, 1, 1))
    with pytest.raises(MemoryError, match="too much"):
        feed.wait(LONG)
    assert isinstance(feed.error, MemoryError) and feed.frames == 2


def test_a_missing_frame_is_an_error_and_no_endless_wait(run: Run) -> None:
    feed = FrameFeed(run, 3, Taker())
    with pytest.raises(RunError, match=r"000000000\.png: "):
        feed.wait(LONG)


def test_frames_may_be_added_while_another_thread_stops_the_feed(run: Run) -> None:
    frames = [write(run, frame, frame) for frame in range(100)]

    def add_all() -> None:
        for pixels in frames:
            feed.add(pixels)

    taker = Taker()
    feed = FrameFeed(run, 0, taker)
    adding = threading.Thread(target=add_all)
    adding.start()
    feed.stop()
    adding.join()
    feed.thread.join()
    assert taker.grays == list(range(len(taker.grays))) and feed.frames == 100
