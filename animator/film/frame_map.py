"""Which image of a clip each frame of a film sees."""

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
        first: First image that counts.
        last: Last image that counts; -1 is the clip's end.
        every: Every so many count.
    """

    first: int = 0
    last: int = -1
    every: int = 1

    def of(self, count: int) -> range:
        """The images that count of a clip of so many."""
        stop = count if self.last < 0 else min(count, self.last + 1)
        return range(self.first, stop, self.every)


@dataclass(frozen=True)
class FrameMap:
    """An image of the clip for every frame of the film.

    Attributes:
        images: The clip's image for each frame that it has one for.
        after_end: What frames beyond them see.
        clip: The clip's name, for messages.
    """

    images: Sequence[int]
    after_end: AfterEnd
    clip: str

    def of(self, frame: int) -> int:
        """The clip's image for a frame.

        Raises:
            UserError: The clip is too short.
        """
        if frame < len(self.images):
            return self.images[frame]
        if self.after_end == "error":
            raise self.too_short(frame + 1)
        return self.images[-1 if self.after_end == "hold" else frame % len(self.images)]

    def check(self, frames: int) -> None:
        """Nothing, if the clip suffices for a film of so many frames.

        Raises:
            UserError: It does not.
        """
        if not self.images:
            raise UserError(f"{self.clip}: has no frame in the range that video.extract_* asks for")
        if self.after_end == "error" and frames > len(self.images):
            raise self.too_short(frames)

    def too_short(self, frames: int) -> UserError:
        """Says what to do."""
        have = len(self.images)
        return UserError(
            f"{self.clip}: has {have} frames that count, and the film has {frames}; set frames: {have} "
            "(or frames: clip), or video.after_end: hold or loop"
        )


def by_clock(index: Index, span: ClipRange, fps: float) -> tuple[int, ...]:
    """The image that a clip shows at each frame of a film with so many frames a second.

    Args:
        index: The clip.
        span: `every` makes it so many times as fast.
        fps: The film's rate.
    """
    part = ClipRange(span.first, span.last).of(len(index))
    if not part:
        return ()
    begin = index.times[part[0]]
    tick = span.every / frame_rate(fps)
    end = index.times[part[-1]] + Fraction(index.gap).limit_denominator(100_000)
    early = min(Fraction(1, 1000), tick / 4)  # times rounded to milliseconds still count as reached
    ticks = max(1, int((end - begin) / tick + Fraction(1, 1000)))
    return tuple(
        bisect_right(index.times, begin + i * tick + early, part[0], part[-1] + 1) - 1 for i in range(ticks)
    )
