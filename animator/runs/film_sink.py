"""`FilmSink`: encodes the frames of a session into the run's video, beside the rendering."""

import logging

from animator.errors import VideoError
from animator.film.video_process import VideoProcess
from animator.images.image import Image8
from animator.runs.frame_feed import Backlog, FrameFeed
from animator.runs.run_reader import RunReader
from animator.runs.video_specs import video_spec

log = logging.getLogger(__name__)
STEP_SECONDS = 1.0
"""Longest wait that Ctrl-C cannot end, where a system does not interrupt waits."""


class FilmSink:
    """Sink that encodes every frame into the run's video, beginning with those finished earlier.

    A slow encoder does not hold up the rendering, nor do earlier frames: it gets them from disk when it can
    take them. Where ffmpeg fails, rendering continues, and the video is made from all frames at the end.
    One thread may write while another one closes or aborts.
    """

    def __init__(self, run: RunReader, first: int) -> None:
        self._run = run
        self._may_retry = True
        self._video, self._feed = self._begin(first)

    def write(self, pixels: Image8) -> None:
        """Adds a frame, uint8 RGB (H, W, 3), that the run has on disk.

        Raises:
            RunError: An earlier frame cannot be read.
        """
        self._feed.add(pixels)
        error = self._feed.error
        if error is not None and not isinstance(error, VideoError):
            raise error

    def close(self) -> None:
        """Waits until all frames are encoded, and completes the video at its path.

        Raises:
            RunError: A frame cannot be read.
            VideoError: ffmpeg failed.
        """
        while self.close_within(STEP_SECONDS) is not None:
            pass

    def close_within(self, seconds: float) -> Backlog | None:
        """Does what `close` does, but waits for frames to be encoded at most some seconds.

        Returns:
            None once the video is complete, else how far it is: call this again, or `abort`.

        Raises:
            RunError: A frame cannot be read.
            VideoError: ffmpeg failed.
        """
        try:
            return self._close_within(seconds)
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Leaves the frames so far as a part file that plays; does not wait for frames far behind."""
        self._may_retry = False
        self._feed.stop()
        self._video.abort(self._feed.thread)

    def _close_within(self, seconds: float) -> Backlog | None:
        try:
            backlog = self._feed.wait(seconds)
            if backlog.done < backlog.frames:
                return backlog
            self._feed.stop()
            self._feed.thread.join()
            self._video.close()
        except VideoError as error:
            if not self._may_retry:
                raise
            if self._feed.error is None:  # otherwise it was said when it happened
                _warn(error)
            return self._retry()
        return None

    def _retry(self) -> Backlog:
        """Begins the video again, with all frames."""
        self.abort()
        frames = self._feed.frames
        self._video, self._feed = self._begin(frames)
        return Backlog(0, frames)

    def _begin(self, frames: int) -> tuple[VideoProcess, FrameFeed]:
        video = VideoProcess(video_spec(self._run.animation, self._run.film_path))

        def encode(pixels: Image8) -> None:
            try:
                video.write(video.pack(pixels))
            except VideoError as error:
                if self._may_retry:
                    _warn(error)
                raise

        return video, FrameFeed(self._run, frames, encode)


def _warn(error: VideoError) -> None:
    log.warning("%s\nThe frames are safe; the video will be made from them at the end.", error)
