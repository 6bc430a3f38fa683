"""`read_markers`: named times from an Audacity label file, a CSV table or a MIDI file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Marker:
    """A named time.

    Attributes:
        name: Its name, which may be empty and need not be unique.
        seconds: Its time.
    """

    name: str
    seconds: float


def read_markers(path: Path, channel: int | None = None) -> tuple[Marker, ...]:
    """Returns the markers of a file, by time.

    Args:
        path: A label file of Audacity (.txt), a table with the columns `name` and `time` (.csv), or a MIDI file
            (.mid, .midi).
        channel: Of a MIDI file, the notes of a channel from 1 to 16, named such as `C4`, instead of its
            markers and cue points.

    Raises:
        UserError: The file cannot be read, is too large, or holds something else.
    """
    raise NotImplementedError
