"""Pictures out of any film that ffmpeg reads, decoded as they are needed."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from animator.errors import UserError, VideoError
from animator.image import Bytes


@dataclass(frozen=True)
class Clip:
    """Frames of a film file.

    Attributes:
        path: The file, or a pattern of numbered pictures such as `in/%09d.png`.
        size: Width and height that pictures are scaled to; None keeps the film's own, turned upright.
        start: First frame that counts.
        every: Every so many frames count.
    """

    path: Path
    size: tuple[int, int] | None = None
    start: int = 0
    every: int = 1

    def frames(self, first: int = 0) -> Iterator[Bytes]:
        """The pictures, uint8 RGB (H, W, 3), from the first-th that counts to the end.

        Raises:
            UserError: The file is missing, or ffmpeg finds no pictures in it.
            VideoError: ffmpeg failed in the middle.
        """
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                self._command(first), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
            )
            count = 0
            try:
                pipe = process.stdout
                if pipe is None:
                    raise AssertionError("the process was started with a pipe")
                with pipe:
                    while (picture := _read_ppm(pipe)) is not None:
                        count += 1
                        yield picture
                process.wait()
            finally:
                process.kill()
                process.wait()
            said.seek(0)
            words = said.read().decode(errors="replace").strip()[-1500:]
        if count == 0 and first == 0:
            raise UserError(
                f"{self.path}: holds no pictures that ffmpeg can read: {words or '(it said nothing)'}"
            )
        if process.returncode != 0:
            raise VideoError(f"{self.path}: ffmpeg stopped after {first + count} pictures: {words}")

    def _command(self, first: int) -> list[str]:
        from imageio_ffmpeg import get_ffmpeg_exe

        begin = self.start + first * self.every
        filters = [f"select=gte(n\\,{begin})*not(mod(n-{begin}\\,{self.every}))"]
        if self.size is not None:
            filters.append(f"scale={self.size[0]}:{self.size[1]}:flags=lanczos")
        quiet = ["-hide_banner", "-loglevel", "error", "-nostdin"]
        # Pictures as PPM: each one says its own size. No frame is doubled or dropped to keep a rate.
        output = [
            "-an",
            "-fps_mode",
            "passthrough",
            "-f",
            "image2pipe",
            "-c:v",
            "ppm",
            "-pix_fmt",
            "rgb24",
            "-",
        ]
        return [get_ffmpeg_exe(), *quiet, "-i", str(self.path), "-vf", ",".join(filters), *output]


class ClipReader:
    """Frames of a clip by number: cheap in order, a new start anywhere else."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self._next = 0
        self._frames: Iterator[Bytes] | None = None

    def at(self, index: int) -> Bytes:
        """The index-th picture that counts, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is shorter.
        """
        if self._frames is None or index != self._next:
            self.close()
            self._frames = self.clip.frames(index)
        picture = next(self._frames, None)
        if picture is None:
            raise UserError(
                f"{self.clip.path}: is too short for picture {index}; set frames to what the clip has"
            )
        self._next = index + 1
        return picture

    def close(self) -> None:
        """Ends the decoder."""
        if self._frames is not None:
            with closing(self._frames):  # type: ignore[type-var]  # frames() is a generator
                self._frames = None


def _read_ppm(pipe: IO[bytes]) -> Bytes | None:
    """The next picture of a stream of binary PPM files; None at its end."""
    if pipe.readline().strip() != b"P6":
        return None
    width, height = (int(number) for number in pipe.readline().split())
    pipe.readline()  # the largest value, 255
    data = pipe.read(width * height * 3)
    if len(data) < width * height * 3:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
