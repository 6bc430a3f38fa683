"""Schedules as data: mappings of keys, and a hashable form from which the original can be restored."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules.errors import ScheduleError, ScheduleLimitError
from schedules.formula import Place
from schedules.keys import KeyTime, parse_key
from schedules.limits import MAX_KEYS, MAX_TEXT
from schedules.reading import AFTER
from schedules.values import is_number

_FURTHEST_KEY = 10**18

Frozen = Any
"""A plain value; mappings become `_Pairs`, lists `_Items`."""


class _Pairs(tuple[Any, ...]):
    """The pairs of a mapping, hashable."""

    __slots__ = ()


class _Items(tuple[Any, ...]):
    """The items of a list, hashable."""

    __slots__ = ()


@dataclass(frozen=True)
class Entry:
    """A key of a mapping: its time, the unparsed value, and its position for messages."""

    at: KeyTime
    value: Any
    place: Place


def freeze(source: Any) -> Frozen:
    """Returns `source` in hashable form; strings, numbers, mappings and lists of these."""
    if isinstance(source, Mapping):
        return _Pairs((key, freeze(value)) for key, value in source.items())
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        return _Items(freeze(item) for item in source)
    return source


def thaw(frozen: Frozen) -> Any:
    """Returns the original of a frozen source: plain dicts, lists, strings and numbers."""
    if isinstance(frozen, _Pairs):
        return {key: thaw(value) for key, value in frozen}
    if isinstance(frozen, _Items):
        return [thaw(item) for item in frozen]
    return frozen


def entries(source: Mapping[Any, Any], markers: Collection[str] = ()) -> Iterator[Entry]:
    """Yields the keys of a mapping from which options such as `after` have been removed.

    Args:
        source: The mapping.
        markers: Names that keys may have, as in `Scope.markers`.

    Raises:
        ScheduleError: One of the keys is not a frame, time or formula, or there are too many.
    """
    if len(source) > MAX_KEYS:
        raise ScheduleLimitError(f"a schedule has {len(source)} keys; expected at most {MAX_KEYS}")
    for key, value in source.items():
        if not isinstance(key, str) and not is_number(key):
            raise ScheduleError(f"a key is a frame, a time or a formula, not {key!r:.80}")
        if isinstance(key, int) and abs(key) > _FURTHEST_KEY:
            raise ScheduleError("a key is too large to be a frame")
        text = str(key)
        label = f"key `{text:.80}`: "
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise ScheduleLimitError(f"{label}it has {len(value)} characters; expected at most {MAX_TEXT}")
        source_text = value if isinstance(value, str) else ""
        yield Entry(parse_key(text, Place(text), markers), value, Place(source_text, 0, label))


def split_after(source: Mapping[Any, Any]) -> tuple[dict[Any, Any], str]:
    """Returns the mapping without its `after`, and the value of `after` ("hold" by default).

    Raises:
        ScheduleError: `after` is not one of `AFTER`, or there are no keys.
    """
    rest = {key: value for key, value in source.items() if key != "after"}
    after = source.get("after", "hold")
    if after not in AFTER:
        raise ScheduleError(f"after: {after!r:.80} is unknown", hint="after is one of " + ", ".join(AFTER))
    if not rest:
        raise ScheduleError("the schedule has no key", hint="write keys such as {0: 1.0, 30: 1.5}")
    return rest, str(after)
