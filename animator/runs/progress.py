"""How far a film is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a film is.

    Attributes:
        done: Frames on disk.
        frames: Frames of the film.
        seconds: Time since this sitting began.
        rendered: Frames rendered in this sitting.
        extra: File name of the extra film being made, whose frames are counted; empty for the film itself.
    """

    done: int
    frames: int
    seconds: float
    rendered: int
    extra: str = ""

    @property
    def pace(self) -> str:
        """Seconds per frame, for a person."""
        return f"{self.seconds / self.rendered:.2f} s/frame" if self.rendered else "- s/frame"

    @property
    def eta(self) -> str:
        """Time to go, for a person."""
        if not self.rendered:
            return "-:--"
        left = round(self.seconds / self.rendered * (self.frames - self.done))
        return f"{left // 60}:{left % 60:02d}"
