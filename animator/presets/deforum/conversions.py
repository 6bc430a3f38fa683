"""Conversions of one Deforum setting's value to ours and back; the table says which setting uses which.

`read` raises `ValueError` with what was expected; `remark` describes what `read` corrected, if anything.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.settings.choices import OFF

_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off", "")
_HASH = re.compile(r"\s*\[[0-9a-f]{6,64}\]\s*$")


class Conversion:
    """Keeps values as they are on both sides."""

    def read(self, value: Any) -> Any:
        """Converts Deforum's value to ours.

        Raises:
            ValueError: It is not a value of this kind; the message says what is expected.
        """
        return value

    def write(self, value: Any) -> Any:
        """Converts our value to Deforum's.

        Raises:
            ValueError: Deforum has no such value; the message says what it has.
        """
        return value

    def remark(self, value: Any) -> str:
        """Returns what `read` corrects in Deforum's value; empty if nothing."""
        return ""


class ScheduleSource(Conversion):
    """A schedule of numbers or texts: text, a plain number, or a mapping of frames to values."""

    def read(self, value: Any) -> Any:
        """Returns the schedule as written."""
        if isinstance(value, bool) or not isinstance(value, str | int | float | Mapping):
            raise ValueError("expected a schedule such as 0: (1.02), 60: (1+0.1*sin(t/10))")
        text = value.strip() if isinstance(value, str) else value
        if text == "":
            raise ValueError("is empty; expected a schedule such as 0: (1.02)")
        return text


class Switch(Conversion):
    """On or off; older files also have words, or 0 and 1."""

    def read(self, value: Any) -> bool:
        """Returns True or False."""
        text = str(value).strip().lower()
        if text in _TRUE:
            return True
        if text in _FALSE or value is None:
            return False
        raise ValueError("expected true or false")


class Tiling(Switch):
    """Deforum tiles along both axes or not at all; here, there is one of them, too."""

    def write(self, value: Any) -> bool:
        """Returns True or False."""
        if isinstance(value, bool):
            return value
        raise ValueError(f"is {value!r}, and Deforum has only true and false")


@dataclass(frozen=True)
class SwitchedChoice(Conversion):
    """A switch in Deforum that is a choice of two values here.

    Attributes:
        on: Our value for on.
        off: Our value for off.
    """

    on: str
    off: str

    def read(self, value: Any) -> str:
        """Returns our value."""
        return self.on if Switch().read(value) else self.off

    def write(self, value: Any) -> bool:
        """Returns True for on, False for off."""
        if value not in (self.on, self.off):
            raise ValueError(f"is {value!r}, and Deforum has only {self.off} and {self.on}")
        return bool(value == self.on)


@dataclass(frozen=True)
class Number(Conversion):
    """A number, also as text, clipped to a range as by the sliders of the web UI."""

    low: float = -float("inf")
    high: float = float("inf")
    whole: bool = False

    def read(self, value: Any) -> float:
        """Returns the number."""
        return self._number(min(max(self._parse(value), self.low), self.high))

    def remark(self, value: Any) -> str:
        """Returns how the number was clipped."""
        number, clipped = self._parse(value), self.read(value)
        return "" if number == clipped else f"{value} became {clipped}"

    def _number(self, value: float) -> float:
        return int(value) if self.whole else value

    def _parse(self, value: Any) -> float:
        kind = "a whole number" if self.whole else "a number"
        if isinstance(value, bool):
            raise ValueError(f"expected {kind}")
        try:
            number = float(value)
            if not math.isfinite(number):
                raise ValueError
            return int(value) if number.is_integer() and not isinstance(value, str) else number
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"expected {kind}") from None


@dataclass(frozen=True)
class Side(Number):
    """Width or height, rounded down to a multiple of 8 as in Deforum."""

    whole: bool = True

    def read(self, value: Any) -> int:
        """Returns the side in pixels."""
        return int(super().read(value)) // 8 * 8

    def remark(self, value: Any) -> str:
        """Returns how the number was clipped."""
        return "" if self._parse(value) == self.read(value) else f"{value} became {self.read(value)} pixels"


@dataclass(frozen=True)
class Choice(Conversion):
    """One of a few values.

    Attributes:
        names: Deforum's value -> ours.
        otherwise: Deforum's value that stands for unknown ones; None makes them an error.
        refused: Values that are known but not supported here -> why.
    """

    names: Mapping[str, Any]
    otherwise: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> Any:
        """Returns our value."""
        known = self._known(value)
        if known is None and isinstance(value, str) and value in self.refused:
            raise ValueError(self.refused[value])
        if known is None:
            raise ValueError(f"expected one of {', '.join(self.names)}")
        return self.names[known]

    def write(self, value: Any) -> Any:
        """Returns Deforum's value."""
        for theirs, ours in self.names.items():
            if ours == value:
                return theirs
        raise ValueError(f"is {value!r}, and Deforum has only {', '.join(self.names)}")

    def remark(self, value: Any) -> str:
        """Returns what an unknown value is read as."""
        exact = str(value).strip().lower() in {name.lower() for name in self.names}
        return "" if exact else f"{value!r} is unknown and is read as {self.otherwise!r}"

    def _known(self, value: Any) -> str | None:
        by_lower = {name.lower(): name for name in self.names}
        return by_lower.get(str(value).strip().lower(), self.otherwise)


@dataclass(frozen=True)
class Soundtrack(Choice):
    """Source of the sound: Deforum's `None` is a file without a path here, which is silent, too."""

    def read(self, value: Any) -> str:
        """Returns our value."""
        sound = str(super().read(value))
        return "File" if sound == OFF else sound


@dataclass(frozen=True)
class OpenChoice(Conversion):
    """One of Deforum's names, or another name, which is kept: there are more of them here.

    Attributes:
        names: Names in Deforum.
    """

    names: tuple[str, ...]

    def read(self, value: Any) -> str:
        """Returns the name, in Deforum's spelling if it is one of its own."""
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"expected one of {', '.join(self.names)}")
        by_lower = {name.lower(): name for name in self.names}
        return by_lower.get(value.strip().lower(), value.strip())

    def write(self, value: Any) -> str:
        """Returns the name if Deforum has it."""
        if value not in self.names:
            raise ValueError(f"is {value!r}, and Deforum has only {', '.join(self.names)}")
        return str(value)


class PlainText(Conversion):
    """Plain text; null is read as empty."""

    def read(self, value: Any) -> str:
        """Returns the text."""
        if value is not None and not isinstance(value, str | int | float):
            raise ValueError("expected text")
        return "" if value is None else str(value)


class CheckpointTitle(PlainText):
    """A checkpoint as the web UI lists it, `name.safetensors [hash]`; `None` is read as empty."""

    def read(self, value: Any) -> str:
        """Returns its name."""
        name = _HASH.sub("", super().read(value)).strip()
        return "" if name.lower() == OFF else name


def same(*names: str) -> dict[str, str]:
    """Returns Deforum's value -> ours for values that are equal, except `None`, which is `none` here."""
    return {name: OFF if name == "None" else name for name in names}


def one_of(*names: str, otherwise: str | None = None) -> Choice:
    """Returns the choice between values that are equal on both sides."""
    return Choice(same(*names), otherwise)
