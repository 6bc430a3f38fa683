"""Sinks: take the frames of a session besides the run folder, for a video file or another program."""

from collections.abc import Callable
from typing import Protocol

from animator.film.stream import Stream
from animator.images.image import Image8
from animator.runs.film_sink import FilmSink
from animator.runs.run import Run


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
