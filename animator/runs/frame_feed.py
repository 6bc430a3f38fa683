"""`FrameFeed`: gives the frames of a run, in order, to something slower than the rendering."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from animator.core.threads import start_thread
from animator.errors import ResumeFrom, RunError
from animator.images.image import Image8
from animator.runs.run_reader import RunReader

KEPT_FRAMES = 8
"""Frames that wait in memory; a taker that is further behind gets them from disk."""
GRACE_SECONDS = 1.0
"""Time after `stop` in which frames are still read from disk."""


@dataclass(frozen=True)
class Backlog:
    """How far a feed is.

    Attributes:
        done: Frames that were taken.
        frames: Frames that the run has.
    """

    done: int
    frames: int


class FrameFeed:
    """Follows the frames of a run in a thread of its own, beginning with those finished earlier.

    Whoever adds frames never waits: a few are kept in memory, and what does not fit is read again from disk.
    Only frames that were finished before this session or added in it are read.

    Args:
        run: The run, which has each frame on disk before it is added.
        first: Number of frames finished earlier.
        take: Takes each frame, uint8 RGB (H, W, 3), and may take its time; called in the feed's thread.
    """

    def __init__(self, run: RunReader, first: int, take: Callable[[Image8], None]) -> None:
        self._run = run
        self._take = take
        self._taken = 0
        self._frames = first
        self._kept: dict[int, Image8] = {}
        self._error: Exception | None = None
        self._reads_until = float("inf")
        self._is_stopped = False
        self._changed = threading.Condition()
        self.thread = start_thread(self._follow, "feed")

    @property
    def frames(self) -> int:
        """Number of frames so far."""
        return self._frames

    @property
    def error(self) -> Exception | None:
        """What ended the feed before its time: a `RunError` of a frame on disk, or an error of the taker."""
        return self._error

    def add(self, pixels: Image8) -> None:
        """Adds the next frame, uint8 RGB (H, W, 3); keeps no reference to it."""
        with self._changed:
            if len(self._kept) < KEPT_FRAMES and not self._error:
                self._kept[self._frames] = pixels.copy()
            self._frames += 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> Backlog:
        """Waits until every frame so far was taken, at most some seconds, and returns how far the feed is.

        Raises:
            RunError: A frame cannot be read.
            Exception: Whatever the taker raised.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._taken == self._frames or self._error, seconds)
            if self._error:
                raise self._error
            return Backlog(self._taken, self._frames)

    def stop(self) -> None:
        """Has the thread end: after the frames in memory, and those that it reads within a moment."""
        with self._changed:
            self._is_stopped = True
            self._reads_until = time.monotonic() + GRACE_SECONDS
            self._changed.notify_all()

    def _follow(self) -> None:
        try:
            while (pixels := self._next()) is not None:
                self._take(pixels)
                with self._changed:
                    self._taken += 1
                    self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 (whatever it is, it must reach those who wait)
            with self._changed:
                self._error = error
                self._kept.clear()
                self._changed.notify_all()

    def _next(self) -> Image8 | None:
        """Waits for the next frame and returns it; None once the feed is stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self._frames or self._is_stopped)
            kept = self._kept.pop(self._taken, None)
            is_over = self._taken == self._frames or time.monotonic() > self._reads_until
        if kept is not None or is_over:
            return kept
        return self._read(self._taken)

    def _read(self, frame: int) -> Image8:
        pixels = next(self._run.pixels(range(frame, frame + 1)))
        width, height = self._run.animation.size
        if pixels.shape != (height, width, 3):
            raise RunError(
                f"{self._run.frame_path(frame)}: has {pixels.shape[1]} x {pixels.shape[0]} pixels; expected "
                f"{width} x {height}, as the film",
                ResumeFrom(self._run.folder, frame),
            )
        return pixels
