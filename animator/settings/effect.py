"""Conditions under which settings have an effect, declared with the settings themselves.

Each group of settings has `effective_when`. A setting with a condition of its own in its annotation needs
both; one with a `Switch` needs only that. `animator.settings.ineffective` finds the settings of a film that
the rest of the film switches off.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animator.settings.animation import Animation
    from animator.settings.group import SettingsGroup


class Condition(ABC):
    """A condition on the settings of a film."""

    @abstractmethod
    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the condition holds.

        Args:
            film: The film.
            own: The group that has the setting.
        """

    @abstractmethod
    def text(self, path: str) -> str:
        """Returns what is needed, such as `mode: 3d`.

        Args:
            path: Path of the group that has the setting; empty for the film itself.
        """

    @property
    def parts(self) -> "tuple[Condition, ...]":
        """The conditions that all have to hold: itself, or those that `&` joins."""
        return (self,)

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return Either(self, other)


@dataclass(frozen=True)
class Always(Condition):
    """Holds for every film."""

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True."""
        return True

    def text(self, path: str) -> str:
        """Returns an empty text."""
        return ""


@dataclass(frozen=True)
class Both(Condition):
    """Holds where two conditions hold."""

    first: Condition
    second: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The parts of both."""
        return (*self.first.parts, *self.second.parts)

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where both hold."""
        return self.first.holds(film, own) and self.second.holds(film, own)

    def text(self, path: str) -> str:
        """Returns what both need."""
        return f"{self.first.text(path)} and {self.second.text(path)}"


@dataclass(frozen=True)
class Either(Condition):
    """Holds where one of two conditions holds."""

    first: Condition
    second: Condition

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where one holds."""
        return self.first.holds(film, own) or self.second.holds(film, own)

    def text(self, path: str) -> str:
        """Returns what either needs."""
        return f"{self.first.text(path)} or {self.second.text(path)}"


@dataclass(frozen=True)
class Fact(Condition):
    """Holds where a function of the film returns True.

    Attributes:
        test: The function.
        needs: What is needed, in words.
    """

    test: Callable[["Animation"], bool]
    needs: str

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns the function's result."""
        return self.test(film)

    def text(self, path: str) -> str:
        """Returns what is needed."""
        return self.needs


@dataclass(frozen=True)
class Switch(Condition):
    """Marks a setting that does not need its group's condition, such as the one that switches the group.

    Attributes:
        condition: The setting's own.
    """

    condition: Condition = Always()

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the setting's own condition holds."""
        return self.condition.holds(film, own)

    def text(self, path: str) -> str:
        """Returns what it needs."""
        return self.condition.text(path)
