"""How the value of one Deforum setting becomes ours, and back; the table says which is used where.

`read` raises `ValueError` with what was expected; `remark` says what `read` had to put right, if anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.settings.choices import OFF

_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off", "")


class Conversion:
    """Values that are the same on both sides."""

    def read(self, value: Any) -> Any:
        """Our value of Deforum's.

        Raises:
            ValueError: Not a value of this kind; says what is expected.
        """
        return value

    def write(self, value: Any) -> Any:
        """Deforum's value of ours.

        Raises:
            ValueError: Deforum has no such value; says what it has.
        """
        return value

    def remark(self, value: Any) -> str:
        """What `read` put right in Deforum's value; empty where nothing."""
        return ""


class Curve(Conversion):
    """A schedule of numbers or texts: text, a plain number, or a mapping of frames to values."""

    def read(self, value: Any) -> Any:
        """The schedule as written."""
        if isinstance(value, bool) or not isinstance(value, str | int | float | Mapping):
            raise ValueError("expected a schedule such as 0: (1.02), 60: (1+0.1*sin(t/10))")
        text = value.strip() if isinstance(value, str) else value
        if text == "":
            raise ValueError("is empty; expected a schedule such as 0: (1.02)")
        return text


class Switch(Conversion):
    """On or off; older files also have words and 0 or 1."""

    def read(self, value: Any) -> bool:
        """True or False."""
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE or value is None:
            return False
        raise ValueError("expected true or false")


@dataclass(frozen=True)
class Means(Conversion):
    """A switch there that is one of two words here.

    Attributes:
        on: Our word for on.
        off: Our word for off.
    """

    on: str
    off: str

    def read(self, value: Any) -> str:
        """Our word."""
        return self.on if Switch().read(value) else self.off

    def write(self, value: Any) -> bool:
        """On or off."""
        if value not in (self.on, self.off):
            raise ValueError(f"is {value!r}, and Deforum has only {self.off} and {self.on}")
        return bool(value == self.on)


@dataclass(frozen=True)
class Number(Conversion):
    """A number, also as text, held within a range as the sliders of the web UI do."""

    low: float = -float("inf")
    high: float = float("inf")
    whole: bool = False

    def read(self, value: Any) -> float:
        """The number."""
        return self._number(min(max(self._given(value), self.low), self.high))

    def remark(self, value: Any) -> str:
        """Says what was cut."""
        given, read = self._given(value), self.read(value)
        return "" if given == read else f"{value} became {read}"

    def _number(self, value: float) -> float:
        return int(value) if self.whole else value

    def _given(self, value: Any) -> float:
        kind = "a whole number" if self.whole else "a number"
        if isinstance(value, bool):
            raise ValueError(f"expected {kind}")
        try:
            given = float(value)
            return int(value) if given.is_integer() and not isinstance(value, str) else given
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"expected {kind}") from None


@dataclass(frozen=True)
class Side(Number):
    """Width or height: rounded down to a multiple of 8, as the reference does."""

    whole: bool = True

    def read(self, value: Any) -> int:
        """The side in pixels."""
        return int(super().read(value)) // 8 * 8

    def remark(self, value: Any) -> str:
        """Says what was cut."""
        return "" if self._given(value) == self.read(value) else f"{value} became {self.read(value)} pixels"


@dataclass(frozen=True)
class Choice(Conversion):
    """One of a few words.

    Attributes:
        names: Deforum's word -> ours.
        otherwise: Deforum's word that any unknown one counts as there; None: it is an error.
        refused: Words that are known but cannot be had here -> why.
    """

    names: Mapping[str, Any]
    otherwise: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> Any:
        """Our word."""
        known = self._known(value)
        if known is None and value in self.refused:
            raise ValueError(self.refused[value])
        if known is None:
            raise ValueError(f"expected one of {', '.join(self.names)}")
        return self.names[known]

    def write(self, value: Any) -> Any:
        """Deforum's word."""
        for theirs, ours in self.names.items():
            if ours == value:
                return theirs
        raise ValueError(f"is {value!r}, and Deforum has only {', '.join(self.names)}")

    def remark(self, value: Any) -> str:
        """Says what an unknown word counts as."""
        exact = str(value).strip().lower() in {name.lower() for name in self.names}
        return "" if exact else f"{value!r} is unknown and counts as {self.otherwise!r}"

    def _known(self, value: Any) -> str | None:
        by_lower = {name.lower(): name for name in self.names}
        return by_lower.get(str(value).strip().lower(), self.otherwise)


@dataclass(frozen=True)
class Soundtrack(Choice):
    """Whose sound: without one there, the file is meant here, of which there is none until one is named."""

    def read(self, value: Any) -> str:
        """Our word."""
        word = str(super().read(value))
        return "File" if word == OFF else word


@dataclass(frozen=True)
class Listed(Conversion):
    """One of Deforum's names; others are taken as they are, for there are more here.

    Attributes:
        names: Those that Deforum has.
    """

    names: tuple[str, ...]

    def read(self, value: Any) -> str:
        """The name, spelled as Deforum does where it is one of its own."""
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"expected one of {', '.join(self.names)}")
        by_lower = {name.lower(): name for name in self.names}
        return by_lower.get(value.strip().lower(), value.strip())

    def write(self, value: Any) -> str:
        """The name, if Deforum has it."""
        if value not in self.names:
            raise ValueError(f"is {value!r}, and Deforum has only {', '.join(self.names)}")
        return str(value)


class Words(Conversion):
    """Plain text; nothing at all counts as empty."""

    def read(self, value: Any) -> str:
        """The text."""
        if value is not None and not isinstance(value, str | int | float):
            raise ValueError("expected text")
        return "" if value is None else str(value)


def same(*words: str) -> dict[str, str]:
    """Returns words as they are on both sides; only what is off is `None` in Deforum and `none` here."""
    return {word: OFF if word == "None" else word for word in words}


def one_of(*words: str, otherwise: str | None = None) -> Choice:
    """The choice between words that are the same on both sides."""
    return Choice(same(*words), otherwise)
