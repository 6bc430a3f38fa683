"""Runs ffmpeg over a clip and reads its images one by one, each within a deadline."""

import re
import subprocess
import threading
from collections import deque
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from animator.errors import UserError, VideoError
from animator.film.ffmpeg import error_text, executable, killed_after
from animator.images.image import Image8
from animator.images.tone_map import Image16

Decoded = Image8 | Image16
"""An image as ffmpeg yields it, RGB (H, W, 3)."""
IMAGE_SECONDS = 60.0
"""Longest wait for an image: ffmpeg starts, seeks and decodes in far less, unless a server or disk stalls."""
_LOG_SECONDS = 10.0
_LOG_LINES = 12
_SHOWN = re.compile(rb"\] n: *0 pts: *\S+ pts_time:(-?[\d.]+)")


class Decoder:
    """ffmpeg, decoding a clip; close it when done.

    Args:
        path: The clip, for messages.
        args: The command line without the executable; it writes PPM images to standard output, and its log
            has levels.
    """

    def __init__(self, path: Path | str, args: Sequence[str]) -> None:
        self._path = path
        self._process = subprocess.Popen(
            [executable(), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._log = _Log(self._process)

    def images(self) -> Generator[Decoded, None, None]:
        """Yields all images, RGB (H, W, 3), uint8 or uint16, to the end of the file.

        Raises:
            VideoError: ffmpeg stalls.
        """
        pipe = self._process.stdout
        if pipe is None:
            raise AssertionError("the process was started with a pipe")
        while (image := self._wait_for_image(pipe)) is not None:
            yield image

    def exit_code(self) -> int:
        """Waits for ffmpeg to end after its last image, and returns its exit code."""
        with killed_after(self._process, IMAGE_SECONDS):
            return self._process.wait()

    def first_time(self) -> float | None:
        """Returns the time in seconds of the first image, which `showinfo` logs before it comes."""
        return self._log.first_time()

    def errors(self) -> str:
        """Returns the last of ffmpeg's errors."""
        return self._log.errors()

    def close(self) -> None:
        """Stops ffmpeg."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.join(_LOG_SECONDS)

    def _wait_for_image(self, pipe: IO[bytes]) -> Decoded | None:
        with killed_after(self._process, IMAGE_SECONDS) as late:
            image = _read_ppm(pipe)
        if image is None and late.is_set():
            raise VideoError(
                f"{self._path}: ffmpeg was stopped: no image came within {IMAGE_SECONDS:.0f} s; check the "
                "file or the connection, or copy the clip to this machine"
            )
        return image


class _Log(threading.Thread):
    """Reads ffmpeg's standard error, so that it never waits for a reader; keeps the last errors."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(name="ffmpeg log", daemon=True)
        self._pipe = process.stderr
        self._errors: deque[str] = deque(maxlen=_LOG_LINES)
        self._first: float | None = None
        self._has_first = threading.Event()
        self.start()

    def run(self) -> None:
        """Reads to the end."""
        if self._pipe is None:
            raise AssertionError("the process was started with a pipe")
        with self._pipe:
            for line in self._pipe:
                if self._first is None and (shown := _SHOWN.search(line)):
                    self._first = float(shown[1])
                    self._has_first.set()
                if b"[error]" in line or b"[fatal]" in line:
                    self._errors.append(line.decode(errors="replace"))
        self._has_first.set()

    def first_time(self) -> float | None:
        """Returns the time of the first image; waits until it is logged, or the log ends."""
        self._has_first.wait(_LOG_SECONDS)
        return self._first

    def errors(self) -> str:
        """Returns the last errors, after the end of the log."""
        self.join(_LOG_SECONDS)
        return error_text("\n".join(self._errors))


def no_images(path: Path | str, errors: str) -> UserError:
    """Returns the error for a file without images."""
    return UserError(f"{path}: holds no images that ffmpeg can read: {errors}")


def _read_ppm(pipe: IO[bytes]) -> Decoded | None:
    """Returns the next image of a stream of binary PPM files; None at its end."""
    if pipe.readline().strip() != b"P6":
        return None
    try:
        width, height = (int(number) for number in pipe.readline().split())
        is_deep = int(pipe.readline()) > 255
    except ValueError:  # cut off in the header
        return None
    size = width * height * 3 * (2 if is_deep else 1)
    data = pipe.read(size)
    if len(data) < size:
        return None
    if is_deep:
        return np.frombuffer(data, ">u2").reshape(height, width, 3).astype(np.uint16)
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
