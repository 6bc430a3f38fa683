"""`VideoProcess`: an ffmpeg that encodes one video from images in a pipe."""

import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

import numpy as np

from animator.core.atomic import create_file
from animator.errors import VideoError
from animator.film import ffmpeg
from animator.film.encoders import find_encoder
from animator.film.finalize import finalize
from animator.film.image_sequence import check_images, prepare_part_folder
from animator.film.spec import VideoSpec, encode_args, encoded_size
from animator.film.trial import check_spec
from animator.images.image import Image8

CLOSING_SECONDS = 120.0
"""Longest wait for ffmpeg to write its last images of a complete video."""
ABORTING_SECONDS = 10.0
"""Longest wait for ffmpeg to end a part file; after it, the file plays up to its last whole fragment."""


class VideoProcess:
    """Encodes one video; `write` blocks until ffmpeg has taken the image.

    One thread at a time may write; another one may `abort` meanwhile. `close` comes after the last `write`.

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
        self._error: VideoError | None = None
        width, height = encoded_size(film.size, encoder)
        self._padding = (height - film.size[1], width - film.size[0])
        if film.format.is_sequence:
            check_images(film.file)
            prepare_part_folder(film.part)
        else:
            _create_part(film.part)
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        # In its own process session: Ctrl-C is ours to handle and must not kill ffmpeg within a frame.
        self._process = subprocess.Popen(
            [ffmpeg.executable(), *encode_args(film, encoder)],
            stdin=subprocess.PIPE,
            bufsize=0,  # nothing may be left to flush into a pipe whose reader is gone
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
            start_new_session=True,
        )

    @property
    def error(self) -> VideoError | None:
        """Why ffmpeg takes no more images; None while it does."""
        return self._error

    def pack(self, pixels: Image8) -> bytes:
        """Returns an image as `write` takes it.

        Args:
            pixels: uint8 RGB (H, W, 3), of the size of the `VideoSpec`.

        Raises:
            ValueError: The image has another shape or type.
        """
        width, height = self._film.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 ({height}, {width}, 3), got {pixels.dtype} {pixels.shape}")
        down, right = self._padding
        padded = np.pad(pixels, ((0, down), (0, right), (0, 0)), mode="edge") if down or right else pixels
        return padded.tobytes()

    def write(self, image: bytes) -> None:
        """Adds one image, from `pack`.

        Raises:
            VideoError: ffmpeg has stopped.
        """
        rest = memoryview(image)
        try:
            while rest:
                rest = rest[self._pipe.write(rest) :]
        except OSError as gone:
            self._error = self._failure()
            raise self._error from gone
        self._frames += 1

    def close(self) -> None:
        """Completes the video and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; what it wrote is left as the part file.
            UserError: The sound file no longer exists.
        """
        self._end(CLOSING_SECONDS)
        try:
            if self._error is not None or self._process.returncode != 0:
                raise self._error or self._failure()
        finally:
            self._stderr.close()
        finalize(self._film, self._frames)

    def abort(self, feeder: threading.Thread) -> None:
        """Ends the part file after the images so far, in bounded time also where ffmpeg hangs.

        Args:
            feeder: The thread that writes. It is about to end; where it waits for ffmpeg for too long, ffmpeg
                is killed.
        """
        deadline = time.monotonic() + ABORTING_SECONDS
        feeder.join(ABORTING_SECONDS)
        if feeder.is_alive():
            self._process.kill()
            feeder.join()
        self._end(max(0.0, deadline - time.monotonic()))
        self._stderr.close()

    @property
    def _pipe(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise AssertionError("the process was started with a pipe")
        return self._process.stdin

    def _end(self, seconds: float) -> None:
        """Closes the pipe, and waits for ffmpeg to end before it is killed."""
        self._pipe.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _failure(self) -> VideoError:
        """Returns the error of an ffmpeg that has ended, or is about to."""
        self._end(ABORTING_SECONDS)
        self._stderr.seek(0)
        return ffmpeg.ffmpeg_error(self._film.file.name, self._process.returncode, self._stderr.read())


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
