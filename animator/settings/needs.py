"""Conditions on other settings, on the mode and on the rules of `compat`; see `animator.settings.effect`."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from animator.settings.compat import OWN, rules_of
from animator.settings.effect import Condition
from animator.settings.modes import MODES, mode_of
from schedules import Schedule

if TYPE_CHECKING:
    from animator.settings.animation import Animation
    from animator.settings.group import SettingsGroup


@dataclass(frozen=True)
class Is(Condition):
    """Holds where a setting has one of some values.

    Attributes:
        setting: Name of a setting of the same group, or a path such as `hybrid.motion`.
        values: The values.
    """

    setting: str
    values: tuple[object, ...]

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the setting has one of the values."""
        return _value(self.setting, film, own) in self.values

    def text(self, path: str) -> str:
        """Returns the setting with its values."""
        return f"{_full(self.setting, path)}: {' or '.join(map(_plain, self.values))}"


@dataclass(frozen=True)
class IsNot(Condition):
    """Holds where a setting has any value but one.

    Attributes:
        setting: As for `Is`.
        value: The value.
    """

    setting: str
    value: object

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the setting has another value."""
        return _value(self.setting, film, own) != self.value

    def text(self, path: str) -> str:
        """Returns the setting with the value that it must not have."""
        return f"{_full(self.setting, path)} other than {self.value}"


@dataclass(frozen=True)
class IsOn(Condition):
    """Holds where a setting is neither `none` nor empty.

    Attributes:
        setting: As for `Is`.
    """

    setting: str

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the setting is on."""
        value = _value(self.setting, film, own)
        return bool(value) and value != "none"

    def text(self, path: str) -> str:
        """Returns the setting."""
        return f"{_full(self.setting, path)}"


@dataclass(frozen=True)
class Exceeds(Condition):
    """Holds where a schedule is above a number at some frame.

    Attributes:
        setting: As for `Is`.
        limit: The number.
    """

    setting: str
    limit: float = 0.0

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where a value of the schedule differs from the number, beyond it."""
        schedule = _value(self.setting, film, own)
        return not isinstance(schedule, Schedule) or bool(np.any(schedule.values(film.scope) > self.limit))

    def text(self, path: str) -> str:
        """Returns the schedule with the number."""
        return f"{_full(self.setting, path)} above {self.limit:g}"


@dataclass(frozen=True)
class InMode(Condition):
    """Holds in the modes with one of some values of a property.

    Attributes:
        attribute: An attribute of `animator.settings.modes.Mode`.
        values: Its values.
    """

    attribute: str
    values: tuple[object, ...] = (True,)

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True in such a mode."""
        return getattr(mode_of(film), self.attribute) in self.values

    def text(self, path: str) -> str:
        """Returns the modes."""
        names = [name for name, mode in MODES.items() if getattr(mode, self.attribute) in self.values]
        return f"mode: {', '.join(names[:-1])}{' or ' if names[:-1] else ''}{names[-1]}"


@dataclass(frozen=True)
class ByRule(Condition):
    """Holds where a rule that `compat` changes is in force.

    Attributes:
        rule: An attribute of `animator.settings.compat.Rules` that is true or false.
    """

    rule: str

    def holds(self, film: "Animation", own: "SettingsGroup") -> bool:
        """Returns True where the rule is in force."""
        return bool(getattr(rules_of(film), self.rule))

    def text(self, path: str) -> str:
        """Returns the value of `compat`."""
        return f"compat: {'false' if getattr(OWN, self.rule) else 'true'}"


def _plain(value: object) -> str:
    """Returns a value as presets have it."""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value.value if isinstance(value, Enum) else value)
    )


def _full(setting: str, path: str) -> str:
    return setting if "." in setting or not path else f"{path}.{setting}"


def _value(setting: str, film: "Animation", own: "SettingsGroup") -> object:
    group, _, name = setting.rpartition(".")
    return getattr(getattr(film, group) if group else own, name)
