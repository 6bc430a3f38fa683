"""Limits of a schedule, which bound the work for any text."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from schedules.errors import ScheduleLimitError
from schedules.formula import Formula, Place

MAX_TEXT = 1_000_000
"""Largest number of characters in a schedule."""
MAX_KEYS = 50_000
MAX_FORMULAS = 1_000
"""Largest number of formulas in a schedule, in keys and values; each is compiled."""
MAX_FORMULA_TEXT = 100_000
"""Largest number of characters of all formulas together."""

MAX_COLUMNS = 200
"""Largest number of functions that are computed over the whole film, such as `smooth`."""


class Counted(Protocol):
    """A key with its position and its formulas."""

    @property
    def place(self) -> Place:
        """Position of the key in the source."""

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas in time and value."""


K = TypeVar("K", bound=Counted)


def limit_work(keys: Iterable[K]) -> Iterator[K]:
    """Yields the keys as long as they stay within the limits.

    Raises:
        ScheduleLimitError: There are too many keys or formulas.
    """
    formulas = characters = columns = 0
    for count, key in enumerate(keys, 1):
        yield key
        formulas += len(key.formulas)
        characters += sum(len(formula.text) for formula in key.formulas)
        columns += sum(formula.columns for formula in key.formulas)
        if columns > MAX_COLUMNS:
            raise too_many_columns(key.place)
        if count > MAX_KEYS or formulas > MAX_FORMULAS or characters > MAX_FORMULA_TEXT:
            limits = f"{MAX_KEYS} keys, {MAX_FORMULAS} formulas, {MAX_FORMULA_TEXT} characters of formulas"
            hint = f"at most {limits}; use numbers for most keys"
            place = key.place
            message = "this schedule is too long"
            raise ScheduleLimitError(message, text=place.text, column=place.column, hint=hint)


def too_many_columns(place: Place) -> ScheduleLimitError:
    """Returns the error about too many functions that are computed over the whole film."""
    message = f"more than {MAX_COLUMNS} functions that look at the whole film, such as `smooth`"
    hint = "use fewer of them, or fewer keys"
    return ScheduleLimitError(message, text=place.text, column=place.column, hint=hint)
