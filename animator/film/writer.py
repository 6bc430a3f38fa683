"""`VideoWriter`: writes a video file through a pipe into ffmpeg, while its images are made."""

import queue
import threading
from contextlib import suppress
from types import TracebackType

from animator.core.deprecated import warn_renamed
from animator.core.threads import start_thread
from animator.errors import VideoError
from animator.film.spec import VideoSpec
from animator.film.video_process import VideoProcess
from animator.images.image import Image8

QUEUED_FRAMES = 8
"""Enough to keep ffmpeg busy while a frame is generated, few enough to keep memory flat."""


class VideoWriter:
    """Feeds images to ffmpeg from its own thread.

    Use it as a context manager. Leaving the block normally calls `close`, which puts the complete video at
    its path. Leaving it with an exception calls `abort`, which keeps the images so far as a part file that
    plays, `<name>.part.mp4` (see `VideoSpec.part`), and does not touch an earlier video at the path.

    Args:
        film: The video to write.

    Raises:
        UserError: As `VideoProcess`.
    """

    def __init__(self, film: VideoSpec) -> None:
        self._video = VideoProcess(film)
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(QUEUED_FRAMES)  # the end of the queue needs none
        self._thread = start_thread(self._feed, "video")

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, pixels: Image8) -> None:
        """Adds one image.

        Args:
            pixels: uint8 RGB (H, W, 3), of the size of the `VideoSpec`.

        Raises:
            ValueError: The image has another shape or type.
            VideoError: ffmpeg has stopped.
        """
        image = self._video.pack(pixels)
        while self._video.error is None:
            if self._room.acquire(timeout=0.2):
                self._queue.put(image)
                return
        raise self._video.error

    def close(self) -> None:
        """Completes the video and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; what it wrote is left as the part file.
            UserError: The sound file no longer exists.
        """
        self._queue.put(None)
        self._thread.join()
        self._video.close()

    def abort(self) -> None:
        """Ends the part file after the images so far; it plays, and is removed once the video is complete."""
        self._queue.put(None)
        self._video.abort(self._thread)

    def finish(self) -> None:
        """Calls `close`; deprecated, removed in the next release."""
        warn_renamed("VideoWriter.finish", "VideoWriter.close")
        self.close()

    def abandon(self) -> None:
        """Calls `abort`; deprecated, removed in the next release."""
        warn_renamed("VideoWriter.abandon", "VideoWriter.abort")
        self.abort()

    def _feed(self) -> None:
        with suppress(VideoError):  # the next call of `write` or `close` raises it
            while (image := self._queue.get()) is not None:
                self._room.release()
                self._video.write(image)
