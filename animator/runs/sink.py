"""Sinks: take the frames of a session besides the run folder, for a video file or another program."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from animator.errors import VideoError
from animator.film.stream import Stream
from animator.film.writer import VideoWriter
from animator.images.image import Image8
from animator.runs.run import Run
from animator.runs.video_specs import video_spec

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes every frame of a session."""

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3)."""
        ...

    def close(self) -> None:
        """Completes the output after the last frame."""
        ...

    def abort(self) -> None:
        """Ends the output early; no more frames come in this session."""
        ...


OpenSink = Callable[[Run, int], Sink]
"""Opens a sink for a run; the second argument is its number of finished frames, which are written first."""


def encode(run: Run, frames: int) -> Path:
    """Encodes the first frames of a run from the files on disk, and returns the path of the video.

    Raises:
        RunError: A frame is missing or broken.
        VideoError: ffmpeg failed.
    """
    if not run.animation.output.film_format.is_sequence:
        with VideoWriter(video_spec(run.animation, run.film_path)) as writer:
            for pixels in run.pixels(range(frames)):
                writer.write(pixels)
    return run.film_path


def film_sink(run: Run, first: int) -> Sink:
    """Opens the sink that makes the run's video while frames are rendered."""
    return FrameFiles() if run.animation.output.film_format.is_sequence else FilmSink(run, first)


class FrameFiles:
    """Sink of a PNG sequence; writes nothing, because the run has the frames on disk."""

    def write(self, pixels: Image8) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""

    def abort(self) -> None:
        """Does nothing."""


class NumberedSink:
    """Sink that does something for the number of each frame, beginning with those finished earlier.

    Args:
        add: Is given the number of each frame once the run has written it.
        first: Number of finished frames.
    """

    def __init__(self, add: Callable[[int], object], first: int) -> None:
        self._add = add
        self._next = first
        for frame in range(first):
            add(frame)

    def write(self, pixels: Image8) -> None:
        """Adds the next frame."""
        self._add(self._next)
        self._next += 1

    def close(self) -> None:
        """Does nothing."""

    def abort(self) -> None:
        """Does nothing."""


class StreamSink:
    """Sink that writes every frame to a stream, beginning with those finished earlier."""

    def __init__(self, stream: Stream, run: Run, first: int) -> None:
        self._stream = stream
        for pixels in run.pixels(range(first)):
            stream.write(pixels)

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3).

        Raises:
            VideoError: The reader has closed the stream.
        """
        self._stream.write(pixels)

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()

    def abort(self) -> None:
        """Closes the stream after the frames so far."""
        self._stream.close()


class FilmSink:
    """Sink that encodes every frame into the run's video, beginning with those finished earlier.

    Where ffmpeg fails, rendering continues, and the video is made from the frames on disk at the end.
    """

    def __init__(self, run: Run, first: int) -> None:
        self._run = run
        self._frames = first
        self._writer: VideoWriter | None = VideoWriter(video_spec(run.animation, run.film_path))
        try:
            for pixels in run.pixels(range(first)):
                self._write(pixels)
        except BaseException:
            self.abort()
            raise

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3)."""
        self._write(pixels)
        self._frames += 1

    def close(self) -> None:
        """Completes the video at its path.

        Raises:
            VideoError: ffmpeg failed.
        """
        writer, self._writer = self._writer, None
        if writer is None or not self._try(writer.close):
            encode(self._run, self._frames)

    def abort(self) -> None:
        """Leaves the frames so far as a part file that plays."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abort()

    def _write(self, pixels: Image8) -> None:
        writer = self._writer
        if writer is not None and not self._try(lambda: writer.write(pixels)):
            self._writer = None

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except VideoError as error:
            log.warning("%s\nThe frames are safe; the video will be made from them at the end.", error)
            return False
        return True
