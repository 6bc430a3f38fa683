"""A film file from pictures, through a pipe into ffmpeg while they are made."""

import queue
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from animator.errors import VideoError

Bytes = NDArray[np.uint8]
QUEUED_FRAMES = 8
"""Enough to keep ffmpeg busy while a frame is drawn, few enough to keep memory flat."""


@dataclass(frozen=True)
class Film:
    """What the film file is to be.

    Attributes:
        path: The finished file; it appears when the film is complete.
        size: Width and height of the pictures.
        fps: Frames per second.
        crf: H.264 quality, 0 (lossless) to 51.
    """

    path: Path
    size: tuple[int, int]
    fps: float
    crf: int = 17


def frame_rate(fps: float) -> Fraction:
    """The exact rate meant by a number: 29.97 is 30000/1001, as in television."""
    television = Fraction(round(fps * 1.001) * 1000, 1001)
    return television if abs(television - fps) < 1e-3 else Fraction(fps).limit_denominator(1000)


def ffmpeg_command(film: Film, target: Path) -> list[str]:
    """The ffmpeg call that reads raw RGB from standard input and writes `target`."""
    from imageio_ffmpeg import get_ffmpeg_exe

    width, height = film.size
    rate = str(frame_rate(film.fps))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    # The matrix is converted and tagged: players guess wrongly for small untagged pictures.
    color = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    codec = ["-c:v", "libx264", "-preset", "medium", "-crf", str(film.crf), "-movflags", "+faststart"]
    quiet = ["-y", "-hide_banner", "-loglevel", "error", "-nostdin"]
    return [get_ffmpeg_exe(), *quiet, *source, *color, *tags, *codec, "-f", "mp4", str(target)]


class FilmWriter:
    """Feeds pictures to ffmpeg from a thread of its own; the film appears whole or not at all.

    Use as a context manager: leaving it normally finishes the film, leaving it by an exception drops the
    unfinished file.
    """

    def __init__(self, film: Film) -> None:
        self._film = film
        self._partial = film.path.with_name(f".{film.path.stem}.part{film.path.suffix}")
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the film)
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUED_FRAMES)
        # A session of its own: Ctrl-C is ours to handle, ffmpeg must not die of it in the middle of a frame.
        self._process = subprocess.Popen(
            ffmpeg_command(film, self._partial),
            stdin=subprocess.PIPE,
            bufsize=0,  # nothing may be left to flush into a pipe whose reader is gone
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self._broken = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="film", daemon=True)
        self._thread.start()

    def __enter__(self) -> "FilmWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.abandon()

    def write(self, pixels: Bytes) -> None:
        """Adds one picture, uint8 RGB (H, W, 3) of the film's size.

        Raises:
            VideoError: ffmpeg has stopped.
        """
        width, height = self._film.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 ({height}, {width}, 3), got {pixels.dtype} {pixels.shape}")
        data = pixels.tobytes()
        while not self._broken.is_set():
            try:
                self._queue.put(data, timeout=0.2)
            except queue.Full:
                continue
            return
        self._fail()

    def finish(self) -> None:
        """Completes the film and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; the unfinished file is dropped.
        """
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.2)
            except queue.Full:
                continue
            break
        self._thread.join()
        if self._broken.is_set() or self._process.wait() != 0:
            self._fail()
        self._said.close()
        self._partial.replace(self._film.path)

    def abandon(self) -> None:
        """Stops ffmpeg and drops the unfinished file."""
        self._process.kill()
        self._broken.set()
        while self._thread.is_alive():
            try:
                self._queue.put_nowait(None)
            except queue.Full:
                self._queue.get()
            self._thread.join(0.05)
        self._process.wait()
        self._said.close()
        self._partial.unlink(missing_ok=True)

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
        words = self._said.read().decode(errors="replace").strip()[-2000:]
        self._said.close()
        self._partial.unlink(missing_ok=True)
        raise VideoError(
            f"{self._film.path.name}: ffmpeg stopped with exit code {code}: {words or '(it said nothing)'}\n"
            "The frames are safe; fix the cause and go on with --resume."
        )
