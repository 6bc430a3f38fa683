"""A film file from images, through a pipe into ffmpeg while they are made."""

import queue
import subprocess
import tempfile
import threading
from types import TracebackType
from typing import IO

import numpy as np

from animator.errors import UserError
from animator.film import ffmpeg
from animator.film.encoders import find_encoder
from animator.film.finalize import finalize
from animator.film.spec import VideoSpec, held_size, record_arguments
from animator.images.image import Image8

QUEUED_FRAMES = 8
"""Enough to keep ffmpeg busy while a frame is drawn, few enough to keep memory flat."""
CLOSING_SECONDS = 120.0
"""How long ffmpeg may take to write its last images."""


class VideoWriter:
    """Feeds images to ffmpeg from a thread of its own.

    Use as a context manager: leaving it normally puts the whole film at its path; leaving it by an exception
    keeps what there is, playable, as `<name>.part.mp4` (see `VideoSpec.part`), and an earlier film at its
    path.

    Args:
        film: What to make.

    Raises:
        UserError: ffmpeg has no such encoder, or the film's parts do not go together.
    """

    def __init__(self, film: VideoSpec) -> None:
        check_film(film)
        encoder = find_encoder(*film.stream_args)
        self._film = film
        self._frames = 0
        held = held_size(film.size, encoder)
        self._missing = (held[1] - film.size[1], held[0] - film.size[0])
        if film.format.is_sequence:
            film.part.mkdir(parents=True, exist_ok=True)
            for left in film.part.glob("*.png"):  # of a sitting that died
                left.unlink()
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the film)
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUED_FRAMES)
        # A session of its own: Ctrl-C is ours to handle, ffmpeg must not die of it in the middle of a frame.
        self._process = subprocess.Popen(
            [ffmpeg.executable(), *record_arguments(film, encoder)],
            stdin=subprocess.PIPE,
            bufsize=0,  # nothing may be left to flush into a pipe whose reader is gone
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self._broken = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="film", daemon=True)
        self._thread.start()

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.abandon()

    def write(self, pixels: Image8) -> None:
        """Adds one image, uint8 RGB (H, W, 3) of the film's size.

        Raises:
            VideoError: ffmpeg has stopped.
        """
        width, height = self._film.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 ({height}, {width}, 3), got {pixels.dtype} {pixels.shape}")
        down, right = self._missing
        held = np.pad(pixels, ((0, down), (0, right), (0, 0)), mode="edge") if down or right else pixels
        data = held.tobytes()
        while not self._broken.is_set():
            try:
                self._queue.put(data, timeout=0.2)
            except queue.Full:
                continue
            self._frames += 1
            return
        self._fail()

    def finish(self) -> None:
        """Completes the film and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; what it wrote is left as the part file.
            UserError: The sound file no longer exists.
        """
        self._close()
        if self._broken.is_set() or self._process.returncode != 0:
            self._fail()
        self._said.close()
        finalize(self._film, self._frames)

    def abandon(self) -> None:
        """Ends the part file after the images so far; it plays, and goes when the film is completed."""
        self._close()
        self._said.close()

    def _close(self) -> None:
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
                except OSError:  # ffmpeg is gone; its own words are told by whoever writes next
                    self._broken.set()
                    return

    def _fail(self) -> None:
        code = self._process.wait()
        self._said.seek(0)
        words = self._said.read()
        self._said.close()
        raise ffmpeg.failure(self._film.file.name, code, words)


def check_film(film: VideoSpec) -> None:
    """Finds whatever would keep a film from being made, before its first image.

    Raises:
        UserError: A suffix, codec, encoder or sound that cannot be had.
    """
    try:
        film_format = film.format
    except ValueError as error:
        raise UserError(f"{film.file}: {error}") from error
    find_encoder(film_format, film.encoding)
    if film.sound is not None and film_format.audio:
        film.sound.check()
