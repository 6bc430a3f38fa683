"""Notes: what a settings file said that did not come through as written, and what that means for the film."""

from dataclasses import dataclass
from enum import Enum


class Effect(str, Enum):
    """What a note means for the film."""

    CHANGES = "changes the film"
    NONE = "does not change the film"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Note:
    """One thing that a person should know about an import or export.

    Attributes:
        effect: Whether the film differs.
        keys: The settings it is about, by Deforum's names.
        message: What was there and what became of it.
    """

    effect: Effect
    keys: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        shown = ", ".join(self.keys[:3]) + (f" and {len(self.keys) - 3} more" if len(self.keys) > 3 else "")
        return f"{shown}: {self.message}" if shown else self.message


def changes(keys: str | tuple[str, ...], message: str) -> Note:
    """A note on something that makes the film differ."""
    return Note(Effect.CHANGES, (keys,) if isinstance(keys, str) else keys, message)


def harmless(keys: str | tuple[str, ...], message: str) -> Note:
    """A note on something that leaves the film as it is."""
    return Note(Effect.NONE, (keys,) if isinstance(keys, str) else keys, message)
