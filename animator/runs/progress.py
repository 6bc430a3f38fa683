"""Progress of a film."""

from dataclasses import dataclass
from enum import Enum


class Phase(str, Enum):
    """Phases of the making of a film, in words for people."""

    LOADING = "loading"
    RENDERING = "rendering"
    ENCODING = "encoding"
    ENLARGING = "enlarging"
    INTERPOLATING = "interpolating"


@dataclass(frozen=True)
class Progress:
    """Progress of a film, or of an extra video.

    Attributes:
        done: Frames on disk.
        frames: Frames of the film.
        seconds: Time since this session started.
        rendered: Frames rendered in this session.
        extra: File name of the extra video whose frames are counted; empty for the film itself.
    """

    done: int
    frames: int
    seconds: float
    rendered: int
    extra: str = ""

    @property
    def pace(self) -> str:
        """Seconds per frame, as text."""
        return f"{self.seconds / self.rendered:.2f} s/frame" if self.rendered else "- s/frame"

    @property
    def eta(self) -> str:
        """Remaining time as minutes:seconds."""
        return remaining(self.seconds, self.rendered, self.frames - self.done)


def remaining(seconds: float, rendered: int, left: int) -> str:
    """Returns the remaining time as minutes:seconds.

    Args:
        seconds: Time that the frames so far took.
        rendered: Their number.
        left: Number of frames that are left.
    """
    if rendered <= 0:
        return "-:--"
    wait = round(seconds / rendered * left)
    return f"{wait // 60}:{wait % 60:02d}"
