"""`FrameMap`: frame of the film -> image of the clip."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from animator.errors import UserError
from animator.film.clip import AfterEnd
from animator.film.frame_rate import frame_rate
from animator.film.index import Index


@dataclass(frozen=True)
class ClipRange:
    """A part of a clip.

    Attributes:
        first: First image in use.
        last: Last image in use; -1 is the clip's end.
        every: Uses every N-th image.
    """

    first: int = 0
    last: int = -1
    every: int = 1

    def of(self, count: int) -> range:
        """Returns the numbers of the images in use, in a clip of `count` images."""
        stop = count if self.last < 0 else min(count, self.last + 1)
        return range(self.first, stop, self.every)


@dataclass(frozen=True)
class FrameMap:
    """The image of the clip for every frame of the film.

    Attributes:
        images: Numbers of the clip's images by frame, as far as the clip reaches.
        after_end: What later frames get: an error, the last image, or the images from the start.
        clip: The clip's name, for messages.
    """

    images: Sequence[int]
    after_end: AfterEnd
    clip: str

    def of(self, frame: int) -> int:
        """Returns the number of the clip's image for a frame.

        Raises:
            UserError: The clip is too short.
        """
        if frame < len(self.images):
            return self.images[frame]
        if self.after_end == "error":
            raise self.too_short(frame + 1)
        return self.images[-1 if self.after_end == "hold" else frame % len(self.images)]

    def check(self, frames: int) -> None:
        """Checks that the clip is long enough for a film.

        Args:
            frames: Number of frames of the film.

        Raises:
            UserError: The clip is too short, or has no image in the range.
        """
        if not self.images:
            raise UserError(f"{self.clip}: has no frame in the range that video.extract_* asks for")
        if self.after_end == "error" and frames > len(self.images):
            raise self.too_short(frames)

    def too_short(self, frames: int) -> UserError:
        """Returns the error for a film of `frames` frames, with what to do."""
        have = len(self.images)
        return UserError(
            f"{self.clip}: has {have} frames that count, and the film has {frames}; set frames: {have} "
            "(or frames: clip), or video.after_end: hold or loop"
        )


def images_by_clock(index: Index, clip_range: ClipRange, fps: float) -> tuple[int, ...]:
    """Returns the number of the image that a clip shows at the time of each frame of a film.

    Args:
        index: The clip.
        clip_range: The part in use; `every` N plays it N times as fast.
        fps: Frames per second of the film.
    """
    part = ClipRange(clip_range.first, clip_range.last).of(len(index))
    if not part:
        return ()
    begin = index.times[part[0]]
    tick = clip_range.every / frame_rate(fps)
    end = index.times[part[-1]] + Fraction(index.gap).limit_denominator(100_000)
    early = min(Fraction(1, 1000), tick / 4)  # times rounded to milliseconds still count as reached
    ticks = max(1, int((end - begin) / tick + Fraction(1, 1000)))
    return tuple(
        bisect_right(index.times, begin + i * tick + early, part[0], part[-1] + 1) - 1 for i in range(ticks)
    )
