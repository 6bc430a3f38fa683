"""Parses a schedule's source into keys, in our reading and in Deforum's."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from schedules import reference
from schedules.errors import ScheduleError, ScheduleLimitError, ScheduleWarning
from schedules.formula import Formula, Place
from schedules.keys import KeyTime, parse_key
from schedules.limits import limit_work
from schedules.reading import Item, Reading, plain, read
from schedules.scope import Scope
from schedules.sources import Entry, entries, split_after
from schedules.values import Value, check_ease, constant, is_number, parse_deforum_value, parse_value


@dataclass(frozen=True)
class Key:
    """A key: time, value, and easing to the next key."""

    at: KeyTime
    value: Value

    @property
    def place(self) -> Place:
        """Position of the key in the source."""
        return self.at.place

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas in time and value."""
        return tuple(x for x in (self.at.formula, self.value.content) if isinstance(x, Formula))


@dataclass(frozen=True)
class Keyed:
    """A schedule's keys.

    Attributes:
        keys: The keys in source order, or the error if only Deforum can read the source.
        text: The source text; empty for other sources.
        after: Behavior after the last key: "hold", "loop" or "mirror".
        notes: Warnings about mistakes that were corrected while reading.
    """

    keys: tuple[Key, ...] | ScheduleError
    text: str = ""
    after: str = "hold"
    notes: tuple[ScheduleWarning, ...] = ()

    @cached_property
    def deforum_keys(self) -> tuple[Key, ...] | None:
        """The keys in Deforum's reading; None if Deforum would reject the text."""
        items = reference.items(self.text) if self.text else None
        if items is None:
            return None
        try:
            return _keys(items, self.text, _deforum_key)
        except ScheduleError:
            return None

    def keys_for(self, scope: Scope) -> tuple[Key, ...]:
        """Returns the keys in Deforum's reading if the scope is compatible, else in ours.

        Raises:
            ScheduleError: Only Deforum can read the text, and the scope is not compatible.
        """
        if scope.compat and self.deforum_keys is not None:
            return self.deforum_keys
        if isinstance(self.keys, ScheduleError):
            raise copy(self.keys)  # a raised exception keeps its stack alive
        return self.keys

    def notes_for(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns the warnings about corrections in these keys."""
        return () if scope.compat and self.deforum_keys is not None else self.notes


def from_mapping(source: Mapping[Any, Any], names: Collection[str], markers: Collection[str]) -> Keyed:
    """Parses a mapping `{0: 1.0, "2s": "sin(t)", 90: {value: 0.5, ease: bounce}, after: loop}`.

    Args:
        source: The mapping.
        names: Variables of formulas.
        markers: Names that keys may have.

    Raises:
        ScheduleError: The mapping is not a schedule.
    """
    rest, after = split_after(source)
    keys = tuple(limit_work(Key(entry.at, _entry_value(entry, names)) for entry in entries(rest, markers)))
    return Keyed(keys, after=after)


def from_text(source: str, names: Collection[str], markers: Collection[str]) -> Keyed:
    """Parses text; one of its two readings has to be valid. Other args as `from_mapping`.

    Raises:
        ScheduleError: The text is not a schedule in either reading; points at the column in ours.
    """
    try:
        reading = read(source)
        return Keyed(_plain_keys(reading, names, markers), source, reading.after, reading.warnings)
    except ScheduleLimitError:
        raise
    except ScheduleError as error:
        deforum_only = Keyed(error.with_traceback(None), source)
        if deforum_only.deforum_keys is None:
            raise
        return deforum_only


def _entry_value(entry: Entry, names: Collection[str]) -> Value:
    value, ease = entry.value, None
    if isinstance(value, Mapping):
        if "value" not in value or set(value) - {"value", "ease"}:
            raise entry.place.error("a key as a mapping has `value` and, optionally, `ease`")
        ease = check_ease(value["ease"], entry.place) if "ease" in value else None
        value = value["value"]
    if isinstance(value, str):
        parsed = parse_value(plain(value), Place(value, 0, entry.place.label), names)
        return replace(parsed, ease=ease or parsed.ease)
    if is_number(value):
        return constant(value, entry.place, ease)
    raise entry.place.error("a value is a number or a formula")


def _plain_keys(reading: Reading, names: Collection[str], markers: Collection[str]) -> tuple[Key, ...]:
    text = reading.text
    if not reading.items:
        return tuple(limit_work([Key(parse_key("0", Place("0")), parse_value(text, Place(text), names))]))

    def key(item: Item, text: str) -> Key:
        value = parse_value(item.value, Place(text, item.value_column), names)
        return Key(parse_key(item.key, Place(text, item.key_column), markers), value)

    return _keys(reading.items, text, key)


def _deforum_key(item: Item, text: str) -> Key:
    return Key(
        parse_key(reference.key_text(item.key), Place(text, item.key_column)),
        parse_deforum_value(item.value.strip(), Place(text, item.value_column)),
    )


def _keys(items: Sequence[Item], text: str, key: Callable[[Item, str], Key]) -> tuple[Key, ...]:
    return tuple(limit_work(key(item, text) for item in items))
