"""How much one schedule may ask for: its work stays bounded whatever its text."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from schedules.errors import ScheduleLimitError
from schedules.formula import Formula, Place

MAX_TEXT = 1_000_000
"""Characters of a schedule."""
MAX_KEYS = 50_000
MAX_FORMULAS = 1_000
"""Formulas of one schedule, on both sides of its keys; each is compiled."""
MAX_FORMULA_TEXT = 100_000
"""Characters of all its formulas together."""


class Counted(Protocol):
    """A key that says where it stands and which formulas it holds."""

    @property
    def place(self) -> Place:
        """Where the key stands."""

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas of both sides."""


K = TypeVar("K", bound=Counted)


def bounded(keys: Iterable[K]) -> Iterator[K]:
    """Yields the keys as long as reading and evaluating them stays bounded work.

    Raises:
        ScheduleLimitError: There is more of them, or of their formulas, than that.
    """
    formulas = characters = 0
    for count, key in enumerate(keys, 1):
        yield key
        formulas += len(key.formulas)
        characters += sum(len(formula.text) for formula in key.formulas)
        if count > MAX_KEYS or formulas > MAX_FORMULAS or characters > MAX_FORMULA_TEXT:
            limits = f"{MAX_KEYS} keys, {MAX_FORMULAS} formulas, {MAX_FORMULA_TEXT} characters of formulas"
            hint = f"at most {limits}; use numbers for most keys"
            place = key.place
            message = "this schedule is too long"
            raise ScheduleLimitError(message, text=place.text, column=place.column, hint=hint)
