"""Where the frames of a sitting go besides the run folder: into the film, or to another program."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from animator.errors import VideoError
from animator.film.stream import Stream
from animator.film.writer import VideoWriter
from animator.images.image import Image8
from animator.runs.outputs import film_of
from animator.runs.run import Run

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes every frame of a sitting."""

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3)."""
        ...

    def finish(self) -> None:
        """All frames are there."""
        ...

    def abandon(self) -> None:
        """No more will come in this sitting."""
        ...


OpenSink = Callable[[Run, int], Sink]
"""Opens a sink for a run of which so many frames are finished; those are written first."""


def encode(run: Run, frames: int) -> Path:
    """The film of a run's first frames, from the files on disk.

    Raises:
        RunError: A frame is missing or broken.
        VideoError: ffmpeg failed.
    """
    if not run.animation.output.film_format.is_sequence:
        with VideoWriter(film_of(run.animation, run.film_path)) as writer:
            for pixels in run.pixels(range(frames)):
                writer.write(pixels)
    return run.film_path


def film_sink(run: Run, first: int) -> Sink:
    """What makes the run's film while its frames come."""
    return FrameFiles() if run.animation.output.film_format.is_sequence else FilmSink(run, first)


class FrameFiles:
    """Nothing more: the frames in the run folder are the film."""

    def write(self, pixels: Image8) -> None:
        """Nothing: the run has put it on disk."""

    def finish(self) -> None:
        """Nothing."""

    def abandon(self) -> None:
        """Nothing."""


class StreamSink:
    """Passes every frame on to the program that reads a stream, those finished before first."""

    def __init__(self, stream: Stream, run: Run, first: int) -> None:
        self._stream = stream
        for pixels in run.pixels(range(first)):
            stream.write(pixels)

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3).

        Raises:
            VideoError: Nobody reads any more.
        """
        self._stream.write(pixels)

    def finish(self) -> None:
        """Lets the reader see the end."""
        self._stream.close()

    def abandon(self) -> None:
        """Lets the reader see the end of what there is."""
        self._stream.close()


class FilmSink:
    """Takes every frame of a sitting, those finished before it first.

    Where ffmpeg fails on the way, rendering goes on, and the film is made from the frames at the end.
    """

    def __init__(self, run: Run, first: int) -> None:
        self._run = run
        self._frames = first
        self._writer: VideoWriter | None = VideoWriter(film_of(run.animation, run.film_path))
        try:
            for pixels in run.pixels(range(first)):
                self._offer(pixels)
        except BaseException:
            self.abandon()
            raise

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3)."""
        self._offer(pixels)
        self._frames += 1

    def finish(self) -> None:
        """Puts the film at its path.

        Raises:
            VideoError: ffmpeg failed.
        """
        writer, self._writer = self._writer, None
        if writer is None or not self._guarded(writer.finish):
            encode(self._run, self._frames)

    def abandon(self) -> None:
        """Leaves the film so far as a part that plays."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abandon()

    def _offer(self, pixels: Image8) -> None:
        writer = self._writer
        if writer is not None and not self._guarded(lambda: writer.write(pixels)):
            self._writer = None

    def _guarded(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except VideoError as error:
            log.warning("%s\nThe frames are safe; the film will be made from them at the end.", error)
            return False
        return True
