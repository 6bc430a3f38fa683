"""The film of a run while it is rendered, and from frames that are on disk."""

import logging
from collections.abc import Callable
from pathlib import Path

from animator.errors import VideoError
from animator.image import Bytes
from animator.provenance import film_record
from animator.run import Run
from animator.video.writer import Film, FilmWriter

log = logging.getLogger(__name__)


def encode(run: Run, frames: int) -> Path:
    """The film of a run's first frames, from the files on disk.

    Raises:
        RunError: A frame is missing or broken.
        VideoError: ffmpeg failed.
    """
    with FilmWriter(film_of(run)) as writer:
        for pixels in run.pixels(range(frames)):
            writer.write(pixels)
    return run.film_path


def film_of(run: Run) -> Film:
    """What a run's film file is to be."""
    settings = run.animation
    return Film(run.film_path, settings.size, settings.fps, settings.output.crf, film_record(settings))


class FilmSink:
    """Takes every frame of a sitting, those finished before it first.

    Where ffmpeg fails on the way, rendering goes on, and the film is made from the frames at the end.
    """

    def __init__(self, run: Run, first: int) -> None:
        self._run = run
        self._frames = first
        self._writer: FilmWriter | None = FilmWriter(film_of(run))
        try:
            for pixels in run.pixels(range(first)):
                self._offer(pixels)
        except BaseException:
            self.abandon()
            raise

    def write(self, pixels: Bytes) -> None:
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

    def _offer(self, pixels: Bytes) -> None:
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
