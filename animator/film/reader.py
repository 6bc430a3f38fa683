"""Images out of any film that ffmpeg reads, decoded as they are needed."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
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
"""Images that a reader keeps: the last ones are asked for again, by motion and by in-betweens."""
_WORTH_SEEKING = 200
"""Decoding so many images takes less time than a new start of ffmpeg at another place."""


class Images(Protocol):
    """Images by number."""

    def at(self, index: int) -> Image8:
        """The index-th image, uint8 RGB (H, W, 3)."""
        ...


@dataclass(frozen=True)
class Clip:
    """Frames of a film file. Each stored image counts once, however long it is shown.

    Attributes:
        path: The file, a pattern of numbered images such as `in/%09d.png`, or a URL.
        size: Width and height that images are scaled to; None keeps the film's own, turned upright.
        start: First frame that counts.
        every: Every so many frames count.
        fit: How images of another shape come to the size: distorted, cut off, or with black bars.
        conceal: Take what can be decoded of damaged images instead of stopping there.
    """

    path: Path | str
    size: tuple[int, int] | None = None
    start: int = 0
    every: int = 1
    fit: Fit = "stretch"
    conceal: bool = False

    def frames(self, first: int = 0, seek: float | None = None) -> Iterator[Image8]:
        """The images, uint8 RGB (H, W, 3), from the first-th that counts to the end.

        Args:
            first: Ordinal among those that count.
            seek: A time just before it, in seconds; None decodes from the beginning.

        Raises:
            UserError: The file is missing, or ffmpeg finds no images in it.
            VideoError: ffmpeg failed in the middle.
        """
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                self._command(first, seek), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
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
            said.seek(max(0, os.fstat(said.fileno()).st_size - 1500))
            words = said.read().decode(errors="replace").strip()
        if count == 0 and first == 0:
            raise UserError(
                f"{self.path}: holds no images that ffmpeg can read: {words or '(it said nothing)'}"
            )
        if process.returncode != 0:
            raise VideoError(self._broken(first + count, words))

    def _command(self, first: int, seek: float | None) -> list[str]:
        begin = 0 if seek is not None else self.start + first * self.every
        filters = [f"select=gte(n\\,{begin})*not(mod(n-{begin}\\,{self.every}))"]
        if self.size is not None:
            filters.append(_FITS[self.fit].format(*self.size))
        options = ["-hide_banner", "-loglevel", "error", "-nostdin"]
        options += [] if self.conceal else ["-xerror", "-err_detect", "explode"]
        options += [] if seek is None else ["-seek_timestamp", "1", "-ss", f"{seek:.6f}"]
        # Images as PPM: each one says its own size. No frame is doubled or dropped to keep a rate.
        output = ["-map", "0:v:0", "-vf", ",".join(filters), "-fps_mode", "passthrough"]
        output += ["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"]
        return [executable(), *options, *input_options(self.path), *output]

    def _broken(self, count: int, words: str) -> str:
        last = self.start + (count - 1) * self.every
        way = "" if self.conceal else "set video.damaged: conceal to take what can be decoded, or "
        end = f"end before it with video.extract_to_frame: {last}" if count else "take another file"
        return f"{self.path}: is damaged after its frame {last}; {way}{end}. ffmpeg said: {words}"


class ClipReader:
    """Frames of a clip by number: cheap in order, a new start anywhere else.

    Args:
        clip: The film.
        index: When its images are shown; with it, a start far inside is sought instead of decoded up to.
    """

    def __init__(self, clip: Clip, index: Index | None = None) -> None:
        self.clip = clip
        self.index = index
        self._next = 0
        self._frames: Iterator[Image8] | None = None
        self._kept: LRUCache[int, Image8] = LRUCache(_KEPT)
        self._last: Image8 | None = None

    def at(self, index: int) -> Image8:
        """The index-th image that counts, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is shorter.
            VideoError: The clip is damaged.
        """
        return self._kept.get(index, lambda: self._decode(index))

    def close(self) -> None:
        """Ends the decoder."""
        if self._frames is not None:
            self._frames.close()  # type: ignore[attr-defined]  # frames() is a generator
            self._frames = None

    def _decode(self, index: int) -> Image8:
        self._go_to(index)
        return self._read()

    def _go_to(self, index: int) -> None:
        ahead = (index - self._next) * self.clip.every
        seek = self._seek(index) if self._frames is None or not 0 <= ahead <= _WORTH_SEEKING else None
        if self._frames is None or ahead < 0 or seek is not None:
            self.close()
            # Where images are missing, counting has to begin at the beginning, or they would shift.
            start = 0 if self.clip.conceal else index
            self._frames, self._next = self.clip.frames(start, seek), start
        while self._next < index:
            self._read()

    def _seek(self, index: int) -> float | None:
        source = self.clip.start + index * self.clip.every
        if self.index is None or self.clip.conceal or not _WORTH_SEEKING < source < len(self.index):
            return None
        return self.index.seek_to(source)

    def _read(self) -> Image8:
        image = None if self._frames is None else next(self._frames, None)
        if image is None and self.clip.conceal and self._is_listed():
            image = self._last  # stands for what is missing
        if image is None:
            raise self._ended()
        self._next += 1
        self._last = image
        return image

    def _is_listed(self) -> bool:
        """True where the file says that it has the next image."""
        return self.index is not None and self.clip.start + self._next * self.clip.every < len(self.index)

    def _ended(self) -> UserError | VideoError:
        """Why there is no next image: the file has no more, or it lists more than it holds."""
        self._frames = None
        clip, source = self.clip, self.clip.start + self._next * self.clip.every
        if self.index is not None and self._is_listed():
            message = f"ends before its frame {source}, though it lists {len(self.index)}; it is damaged"
            return VideoError(f"{clip.path}: {message}. End before that with video.extract_to_frame")
        return UserError(f"{clip.path}: is too short for image {self._next}; set frames to what the clip has")


def _read_ppm(pipe: IO[bytes]) -> Image8 | None:
    """The next image of a stream of binary PPM files; None at its end."""
    if pipe.readline().strip() != b"P6":
        return None
    width, height = (int(number) for number in pipe.readline().split())
    pipe.readline()  # the largest value, 255
    data = pipe.read(width * height * 3)
    if len(data) < width * height * 3:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
