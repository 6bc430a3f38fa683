"""Which frames of a film a sitting is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Frames asked for.

    Attributes:
        frames: Length of the whole film; None leaves the preset's.
        start: Redo from this frame on; None goes on where the run stopped.
        stop: The first frame not wanted; None goes on to the end.
    """

    frames: int | None = None
    start: int | None = None
    stop: int | None = None
