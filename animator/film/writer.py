"""`VideoWriter`: writes a video file through a pipe into ffmpeg, while its images are made."""

import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from animator.core.atomic import create_file
from animator.core.deprecated import warn_renamed
from animator.core.threads import start_thread
from animator.errors import VideoError
from animator.film import ffmpeg
from animator.film.encoders import find_encoder
from animator.film.finalize import finalize
from animator.film.image_sequence import check_images, prepare_part_folder
from animator.film.spec import VideoSpec, encode_args, encoded_size
from animator.film.trial import check_spec
from animator.images.image import Image8

QUEUED_FRAMES = 8
"""Enough to keep ffmpeg busy while a frame is generated, few enough to keep memory flat."""
CLOSING_SECONDS = 120.0
"""Longest wait for ffmpeg to write its last images."""


class VideoWriter:
    """Feeds images to ffmpeg from its own thread.

    Use it as a context manager. Leaving the block normally calls `close`, which puts the complete video at
    its path. Leaving it with an exception calls `abort`, which keeps the images so far as a part file that
    plays, `<name>.part.mp4` (see `VideoSpec.part`), and does not touch an earlier video at the path.

    Args:
        film: The video to write.

    Raises:
        UserError: This ffmpeg lacks the encoder, or format, codec and options do not fit together; or images
            of another program would be replaced.
    """

    def __init__(self, film: VideoSpec) -> None:
        check_spec(film)
        encoder = find_encoder(*film.part_format)
        self._film = film
        self._frames = 0
        width, height = encoded_size(film.size, encoder)
        self._padding = (height - film.size[1], width - film.size[0])
        if film.format.is_sequence:
            check_images(film.file)
            prepare_part_folder(film.part)
        else:
            _create_part(film.part)
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the writer)
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUED_FRAMES)
        # In its own process session: Ctrl-C is ours to handle and must not kill ffmpeg within a frame.
        self._process = subprocess.Popen(
            [ffmpeg.executable(), *encode_args(film, encoder)],
            stdin=subprocess.PIPE,
            bufsize=0,  # nothing may be left to flush into a pipe whose reader is gone
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
            start_new_session=True,
        )
        self._broken = threading.Event()
        self._thread = start_thread(self._feed, "film")

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
        width, height = self._film.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 ({height}, {width}, 3), got {pixels.dtype} {pixels.shape}")
        down, right = self._padding
        padded = np.pad(pixels, ((0, down), (0, right), (0, 0)), mode="edge") if down or right else pixels
        data = padded.tobytes()
        while not self._broken.is_set():
            try:
                self._queue.put(data, timeout=0.2)
            except queue.Full:
                continue
            self._frames += 1
            return
        self._fail()

    def close(self) -> None:
        """Completes the video and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; what it wrote is left as the part file.
            UserError: The sound file no longer exists.
        """
        self._stop_ffmpeg()
        if self._broken.is_set() or self._process.returncode != 0:
            self._fail()
        self._stderr.close()
        finalize(self._film, self._frames)

    def abort(self) -> None:
        """Ends the part file after the images so far; it plays, and is removed once the video is complete."""
        self._stop_ffmpeg()
        self._stderr.close()

    def finish(self) -> None:
        """Calls `close`; deprecated, removed in the next release."""
        warn_renamed("VideoWriter.finish", "VideoWriter.close")
        self.close()

    def abandon(self) -> None:
        """Calls `abort`; deprecated, removed in the next release."""
        warn_renamed("VideoWriter.abandon", "VideoWriter.abort")
        self.abort()

    def _stop_ffmpeg(self) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.2)
            except queue.Full:
                continue
            break
        self._thread.join()
        try:
            self._process.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _feed(self) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise AssertionError("the process was started with a pipe")
        with pipe:
            while (data := self._queue.get()) is not None:
                rest = memoryview(data)
                try:
                    while rest:
                        rest = rest[pipe.write(rest) :]
                except OSError:  # ffmpeg is gone; the next call of `write` or `close` raises its message
                    self._broken.set()
                    return

    def _fail(self) -> None:
        code = self._process.wait()
        self._stderr.seek(0)
        stderr = self._stderr.read()
        self._stderr.close()
        raise ffmpeg.ffmpeg_error(self._film.file.name, code, stderr)


def _create_part(path: Path) -> None:
    """Creates the part file, so that ffmpeg follows no link of that name.

    Raises:
        VideoError: Something is there that cannot be replaced.
    """
    try:
        create_file(path)
    except OSError as error:
        if os.path.lexists(path):
            raise VideoError(f"{path}: cannot be replaced: {error.strerror}") from error
        # Otherwise ffmpeg reports why the file cannot be created.
