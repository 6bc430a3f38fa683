"""Reads the images of any clip that ffmpeg can decode, as they are needed."""

import os
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from animator.core.lru_cache import LRUCache
from animator.errors import UserError, VideoError
from animator.film.clip import Fit
from animator.film.ffmpeg import executable
from animator.film.ffmpeg_input import input_options
from animator.film.index import Index
from animator.images.image import Image8

_FITS = {
    "stretch": "scale={0}:{1}:flags=lanczos",
    "crop": "scale={0}:{1}:flags=lanczos:force_original_aspect_ratio=increase,crop={0}:{1}",
    "pad": "scale={0}:{1}:flags=lanczos:force_original_aspect_ratio=decrease,pad={0}:{1}:-1:-1",
}
_KEPT = 4
"""Images that a reader caches: motion and in-betweens ask for the last ones again."""
_WORTH_SEEKING = 200
"""Up to this many images are decoded in less time than ffmpeg takes to start at another place."""


class Images(Protocol):
    """Images by number."""

    def at(self, index: int) -> Image8:
        """Returns the index-th image, uint8 RGB (H, W, 3)."""
        ...


@dataclass(frozen=True)
class Clip:
    """The frames of a video file. Each stored image counts once, however long it is shown.

    Attributes:
        path: The file, a pattern of numbered images such as `in/%09d.png`, or a URL.
        size: Width and height that images are resized to; None keeps the clip's own size, turned upright.
        start: First frame in use.
        every: Uses every N-th frame.
        fit: Resize mode for images of another aspect ratio: distorted, cropped, or with black bars.
        conceal: Use what can be decoded of damaged images instead of stopping there.
    """

    path: Path | str
    size: tuple[int, int] | None = None
    start: int = 0
    every: int = 1
    fit: Fit = "stretch"
    conceal: bool = False

    def frames(self, first: int = 0, seek: float | None = None) -> Generator[Image8, None, None]:
        """Yields the images in use, uint8 RGB (H, W, 3), to the end of the file.

        Args:
            first: First image, counted among those in use.
            seek: A time just before that image, in seconds; None decodes from the beginning.

        Raises:
            UserError: The file is missing, or ffmpeg finds no images in it.
            VideoError: ffmpeg failed in the middle.
        """
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                self._command(first, seek), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
            count = 0
            try:
                pipe = process.stdout
                if pipe is None:
                    raise AssertionError("the process was started with a pipe")
                with pipe:
                    while (image := _read_ppm(pipe)) is not None:
                        count += 1
                        yield image
                process.wait()
            finally:
                process.kill()
                process.wait()
            log.seek(max(0, os.fstat(log.fileno()).st_size - 1500))
            stderr = log.read().decode(errors="replace").strip()
        if count == 0 and first == 0:
            raise UserError(f"{self.path}: holds no images that ffmpeg can read: {stderr or '(no message)'}")
        if process.returncode != 0:
            raise VideoError(self._damage_message(first + count, stderr))

    def _command(self, first: int, seek: float | None) -> list[str]:
        begin = 0 if seek is not None else self.start + first * self.every
        filters = [f"select=gte(n\\,{begin})*not(mod(n-{begin}\\,{self.every}))"]
        if self.size is not None:
            filters.append(_FITS[self.fit].format(*self.size))
        options = ["-hide_banner", "-loglevel", "error", "-nostdin"]
        options += [] if self.conceal else ["-xerror", "-err_detect", "explode"]
        options += [] if seek is None else ["-seek_timestamp", "1", "-ss", f"{seek:.6f}"]
        # Images as PPM: each carries its size. Passthrough: no frame is doubled or dropped to keep a rate.
        output = ["-map", "0:v:0", "-vf", ",".join(filters), "-fps_mode", "passthrough"]
        output += ["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"]
        return [executable(), *options, *input_options(self.path), *output]

    def _damage_message(self, count: int, stderr: str) -> str:
        last = self.start + (count - 1) * self.every
        conceal = "" if self.conceal else "set video.damaged: conceal to use what can be decoded, or "
        end = f"end before the damage with video.extract_to_frame: {last}" if count else "take another file"
        return f"{self.path}: is damaged after its frame {last}; {conceal}{end}. ffmpeg reports: {stderr}"


class ClipReader:
    """Reads frames of a clip by number: fast in order, with a new start of ffmpeg anywhere else.

    Args:
        clip: The clip.
        index: Index of the file; with it, the reader seeks far ahead instead of decoding up to there.
    """

    def __init__(self, clip: Clip, index: Index | None = None) -> None:
        self.clip = clip
        self.index = index
        self._next = 0
        self._frames: Generator[Image8, None, None] | None = None
        self._kept: LRUCache[int, Image8] = LRUCache(_KEPT)
        self._last: Image8 | None = None

    def at(self, index: int) -> Image8:
        """Returns the index-th image in use, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is shorter.
            VideoError: The clip is damaged.
        """
        return self._kept.get(index, lambda: self._decode(index))

    def close(self) -> None:
        """Stops the decoder."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _decode(self, index: int) -> Image8:
        self._move_to(index)
        return self._read()

    def _move_to(self, index: int) -> None:
        ahead = (index - self._next) * self.clip.every
        seek = self._seek_time(index) if self._frames is None or not 0 <= ahead <= _WORTH_SEEKING else None
        if self._frames is None or ahead < 0 or seek is not None:
            self.close()
            # Where images are missing, count from the very start, or the numbers would shift.
            start = 0 if self.clip.conceal else index
            self._frames, self._next = self.clip.frames(start, seek), start
        while self._next < index:
            self._read()

    def _seek_time(self, index: int) -> float | None:
        source = self.clip.start + index * self.clip.every
        if self.index is None or self.clip.conceal or not _WORTH_SEEKING < source < len(self.index):
            return None
        return self.index.seek_to(source)

    def _read(self) -> Image8:
        image = None if self._frames is None else next(self._frames, None)
        if image is None and self.clip.conceal and self._is_listed():
            image = self._last  # stands for what is missing
        if image is None:
            raise self._end_error()
        self._next += 1
        self._last = image
        return image

    def _is_listed(self) -> bool:
        """Returns True if the file's index has the next image."""
        return self.index is not None and self.clip.start + self._next * self.clip.every < len(self.index)

    def _end_error(self) -> UserError | VideoError:
        """Returns why there is no next image: the clip is over, or the file lists more than it has."""
        self._frames = None
        clip, source = self.clip, self.clip.start + self._next * self.clip.every
        if self.index is not None and self._is_listed():
            message = (
                f"ends before its frame {source}, though its index lists {len(self.index)}: it is damaged"
            )
            return VideoError(f"{clip.path}: {message}; end before that frame with video.extract_to_frame")
        return UserError(f"{clip.path}: is too short for image {self._next}; set frames to the clip's number")


def _read_ppm(pipe: IO[bytes]) -> Image8 | None:
    """Returns the next image of a stream of binary PPM files; None at its end."""
    if pipe.readline().strip() != b"P6":
        return None
    width, height = (int(number) for number in pipe.readline().split())
    pipe.readline()  # the largest value, 255
    data = pipe.read(width * height * 3)
    if len(data) < width * height * 3:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
