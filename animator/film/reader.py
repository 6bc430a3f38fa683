"""Reads the images of any clip that ffmpeg can decode, as they are needed."""

from bisect import bisect_left
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np

from animator.core.lru_cache import LRUCache
from animator.errors import UserError, VideoError
from animator.film.clip import Deinterlace, Fit
from animator.film.clip_filters import clip_filters, pixel_format
from animator.film.decode import Decoded, Decoder, no_images
from animator.film.ffmpeg_input import input_options
from animator.film.index import Index
from animator.film.video_stream import VideoStream, stream_of
from animator.images.image import Image8
from animator.images.tone_map import tone_map

_KEPT = 4
"""Images that a reader caches: motion and in-betweens ask for the last ones again."""
_WORTH_SEEKING = 200
"""Up to this many images are decoded in less time than ffmpeg takes to start at another place."""


class Images(Protocol):
    """Images by number."""

    def at(self, index: int) -> Image8:
        """Returns the index-th image, uint8 RGB (H, W, 3)."""
        ...

    def resized(self, size: tuple[int, int]) -> "Images":
        """Returns the same images at another width and height, read independently of these."""
        ...


@dataclass(frozen=True)
class Seek:
    """A place in a clip at which decoding starts.

    Attributes:
        time: Time in seconds, just before the image.
        image: Number of the image that is expected there, among all stored ones.
        index: The clip's index, by which the first image is recognized.
    """

    time: float
    image: int
    index: Index

    def reaches(self, first_time: float | None) -> bool:
        """Returns True if the image expected is the first one decoded, whose time counts from the seek's."""
        if first_time is None:
            return False
        times, shown = self.index.times, Fraction(self.time) + Fraction(first_time)
        after = min(bisect_left(times, shown), len(times) - 1)
        nearest = min((max(after - 1, 0), after), key=lambda number: abs(times[number] - shown))
        return nearest == self.image


@dataclass(frozen=True)
class Clip:
    """The frames of a video file. Each stored image counts once, however long it is shown.

    Transparent parts are over black, HDR is tone-mapped to BT.709, pixels are square, images upright.

    Attributes:
        path: The file, a pattern of numbered images such as `in/%09d.png`, or a URL.
        size: Width and height that images are resized to; None keeps the clip's own size.
        start: First frame in use.
        every: Uses every N-th frame.
        fit: Resize mode for images of another aspect ratio: distorted, cropped, or with black bars.
        conceal: Use what can be decoded of damaged images instead of stopping there.
        deinterlace: When two fields become one image.
    """

    path: Path | str
    size: tuple[int, int] | None = None
    start: int = 0
    every: int = 1
    fit: Fit = "stretch"
    conceal: bool = False
    deinterlace: Deinterlace = "auto"

    def frames(self, first: int = 0, seek: Seek | None = None) -> Generator[Image8, None, None]:
        """Yields the images in use, uint8 RGB (H, W, 3), to the end of the file.

        They are counted here and not by ffmpeg's filters, which start anew when the size of a clip changes.

        Args:
            first: First image, counted among those in use.
            seek: Where to start, at or before that image; None decodes from the beginning, and so does a seek
                that leads elsewhere.

        Raises:
            UserError: The file is missing, or ffmpeg finds no images in it.
            VideoError: ffmpeg failed in the middle, or stalls.
        """
        stream = stream_of(self.path)
        count = 0
        with closing(Decoder(self.path, self._args(stream, seek))) as decoder:
            stored: Iterator[Decoded] = decoder.images()
            if seek:
                begin = _sought(decoder, stored, seek)
                if begin is None:
                    decoder.close()
                    yield from self.frames(first)
                    return
                stored = chain((begin,), stored)
            skipped = self.start + first * self.every - (seek.image if seek else 0)
            number = -1
            for number, image in enumerate(stored):
                if number >= skipped and (number - skipped) % self.every == 0:
                    count += 1
                    yield _to_bt709(image, stream)
            code, errors = decoder.exit_code(), decoder.errors()
        if number < 0 and first == 0 and code == 0:
            raise no_images(self.path, errors)
        if code != 0:
            raise VideoError(self._damage_message(first + count, errors))

    def _args(self, stream: VideoStream, seek: Seek | None) -> list[str]:
        filters = clip_filters(stream, self.size, self.fit, self.deinterlace)
        level = "level+info" if seek else "level+error"  # a seek needs the log of showinfo
        options = ["-hide_banner", "-loglevel", level, "-nostdin", "-nostats"]
        options += [] if self.conceal else ["-xerror", "-err_detect", "explode"]
        options += ["-c:v", stream.decoder] if stream.decoder else []
        if seek:
            options += ["-seek_timestamp", "1", "-ss", f"{seek.time:.6f}"]
            filters = f"showinfo=checksum=0,{filters}"
        # Images as PPM: each carries its size. Passthrough: no frame is doubled or dropped to keep a rate.
        output = ["-map", "0:v:0", "-vf", filters, "-fps_mode", "passthrough"]
        output += ["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", pixel_format(stream), "-"]
        return [*options, *input_options(self.path), *output]

    def _damage_message(self, count: int, stderr: str) -> str:
        last = self.start + (count - 1) * self.every
        place = f"after its frame {last}" if count else "at its beginning"
        conceal = "" if self.conceal else "set video.damaged: conceal to use what can be decoded, or "
        end = f"end before the damage with video.extract_to_frame: {last}" if count else "take another file"
        return f"{self.path}: is damaged {place}; {conceal}{end}. ffmpeg reports: {stderr}"


def _sought(decoder: Decoder, stored: Iterator[Decoded], seek: Seek) -> Decoded | None:
    """Returns the first image after a seek; None if it is not the expected one, or ffmpeg failed on the way.

    Next to a key frame there may be images that need others before it.
    """
    image = next(stored, None)
    return image if image is not None and seek.reaches(decoder.first_time()) else None


def _to_bt709(image: Decoded, stream: VideoStream) -> Image8:
    """Returns a decoded image as uint8 BT.709."""
    if image.dtype == np.uint8:
        return image.view(np.uint8)
    return tone_map(image.astype(np.uint16), stream.transfer, stream.peak_nits)


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

    def resized(self, size: tuple[int, int]) -> "ClipReader":
        """Returns another reader of the clip, whose images have another width and height."""
        return ClipReader(replace(self.clip, size=size), self.index)

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
        seek = self._seek(index) if self._frames is None or not 0 <= ahead <= _WORTH_SEEKING else None
        if self._frames is None or ahead < 0 or seek is not None:
            self.close()
            # Where images are missing, count from the very start, or the numbers would shift.
            start = 0 if self.clip.conceal else index
            self._frames, self._next = self.clip.frames(start, seek), start
        while self._next < index:
            self._read()

    def _seek(self, index: int) -> Seek | None:
        source = self.clip.start + index * self.clip.every
        if self.index is None or self.clip.conceal or not _WORTH_SEEKING < source < len(self.index):
            return None
        # One earlier, for deinterlacing needs the image before.
        time = self.index.seek_to(source - 1)
        return None if time is None else Seek(time, source - 1, self.index)

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
