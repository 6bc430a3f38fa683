"""Notes on what an import or export changed, and on former names, with their effect on the film."""

from dataclasses import dataclass
from enum import Enum


class Effect(str, Enum):
    """The effect of a note on the film."""

    CHANGES = "changes the film"
    NONE = "does not change the film"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Note:
    """One thing that the user should know about an import or export.

    Attributes:
        effect: Its effect on the film.
        keys: The settings it concerns, by Deforum's names.
        message: The original value and what became of it.
    """

    effect: Effect
    keys: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        shown = ", ".join(self.keys[:3]) + (f" and {len(self.keys) - 3} more" if len(self.keys) > 3 else "")
        return f"{shown}: {self.message}" if shown else self.message


def changes(keys: str | tuple[str, ...], message: str) -> Note:
    """Returns a note on something that changes the film."""
    return Note(Effect.CHANGES, (keys,) if isinstance(keys, str) else keys, message)


def harmless(keys: str | tuple[str, ...], message: str) -> Note:
    """Returns a note on something that does not change the film."""
    return Note(Effect.NONE, (keys,) if isinstance(keys, str) else keys, message)
