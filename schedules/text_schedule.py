"""`TextSchedule`: a text for every frame, such as samplers, checkpoints and masks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from schedules import reference
from schedules.curve import fold_frames
from schedules.errors import ScheduleError, ScheduleLimitError, ScheduleWarning
from schedules.formula import Formula, Place
from schedules.keys import KeyTime, is_key, parse_key, unwrap
from schedules.limits import MAX_TEXT, limit_work
from schedules.reading import Item, read
from schedules.scope import Scope
from schedules.sources import Entry, Frozen, entries, freeze, split_after, thaw
from schedules.values import is_number
from schedules.warning import key_warnings


@dataclass(frozen=True)
class TextKey:
    """A key: time, and the text from then on."""

    at: KeyTime
    text: str

    @property
    def place(self) -> Place:
        """Position of the key in the source."""
        return self.at.place

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formula of the key, if it is one."""
        return (self.at.formula,) if self.at.formula else ()


@dataclass(frozen=True)
class TextSchedule:
    """A text for every frame; each holds until the next key. Equal if the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: The keys in source order.
        deforum_keys: The keys in Deforum's reading; None if Deforum would reject the text.
        after: Behavior after the last key: "hold", "loop" or "mirror".
        notes: Warnings about mistakes that were corrected while reading.
    """

    frozen: Frozen
    keys: tuple[TextKey, ...] = field(compare=False)
    deforum_keys: tuple[TextKey, ...] | None = field(default=None, compare=False)
    after: str = field(default="hold", compare=False)
    notes: tuple[ScheduleWarning, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, source: str | Mapping[Any, Any], *, markers: Collection[str] = ()) -> "TextSchedule":
        """Parses a text schedule.

        Args:
            source: Deforum text such as `0:("Euler a"), 30:("DDIM")`, one text for all frames, or a mapping
                `{0: "Euler a", 30: DDIM}`.
            markers: Names allowed as keys; `Scope.markers` has the times.

        Raises:
            ScheduleError: The source is not a schedule; points at the column.
        """
        if isinstance(source, Mapping):
            rest, after = split_after(source)
            found = (TextKey(entry.at, _entry_text(entry)) for entry in entries(rest, markers))
            return cls(freeze(source), tuple(limit_work(found)), after=after)
        if not isinstance(source, str) and not is_number(source):
            raise ScheduleError(f"a text schedule is text or a mapping, not {source!r:.80}")
        text = str(source)
        if len(text) > MAX_TEXT:
            raise ScheduleLimitError(f"a schedule has {len(text)} characters; expected at most {MAX_TEXT}")
        if not is_keyed(text, markers):
            return cls(source, (TextKey(parse_key("0", Place("0")), unwrap(text)[0]),))
        reading = read(text)
        # The values are cut from the original text: typographic quotes inside a name belong to it.
        values = (text[item.value_column :][: len(item.value)] for item in reading.items)
        keys = _text_keys(reading.items, text, (unwrap(value)[0] for value in values), markers)
        return cls(source, keys, _deforum_keys(text), reading.after, reading.warnings)

    @property
    def source(self) -> Any:
        """The source of the schedule: text or a dict, ready for YAML."""
        return thaw(self.frozen)

    def values(self, scope: Scope) -> tuple[str, ...]:
        """Returns the text of every frame.

        Raises:
            ScheduleError: A key is not a frame.
        """
        by_frame = self._by_frame(scope)
        frames = sorted(by_frame)
        repeated = fold_frames(np.arange(scope.frames), frames[0], frames[-1], self.after)
        indices = np.maximum(np.searchsorted(frames, repeated, side="right") - 1, 0)
        texts = [by_frame[frame] for frame in frames]
        return tuple(texts[index] for index in indices)

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames of the film that have a key, ascending."""
        return tuple(frame for frame in sorted(self._by_frame(scope)) if 0 <= frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns warnings about probable mistakes: keys outside the film, duplicate keys."""
        return (*self.notes, *key_warnings([key.at for key in self.keys_for(scope)], scope))

    def keys_for(self, scope: Scope) -> tuple[TextKey, ...]:
        """Returns the keys in Deforum's reading if the scope is compatible, else in ours."""
        return self.deforum_keys if scope.compat and self.deforum_keys is not None else self.keys

    def _by_frame(self, scope: Scope) -> dict[int, str]:
        by_frame = {key.at.frame(scope): key.text for key in self.keys_for(scope)}
        if not scope.compat:
            return by_frame
        inside = {frame: text for frame, text in by_frame.items() if 0 <= frame < scope.frames} or by_frame
        return _without_numbers(inside)


def is_keyed(text: str, markers: Collection[str] = ()) -> bool:
    """Returns True if a text has keys, such as `0:(a), 30:(b)`; else it is one text for all frames.

    Args:
        text: The text.
        markers: Names that keys may have.
    """
    head, colon, _ = text.partition(":")
    return bool(colon) and is_key(head, markers)


def _entry_text(entry: Entry) -> str:
    if isinstance(entry.value, str) or is_number(entry.value):
        return str(entry.value)
    raise entry.place.error("a text is expected here")


def _text_keys(
    items: Iterable[Item], text: str, values: Iterable[str], markers: Collection[str] = ()
) -> tuple[TextKey, ...]:
    places = ((item, Place(text, item.key_column)) for item in items)
    pairs = zip(places, values, strict=True)
    keys = (TextKey(parse_key(item.key, place, markers), value) for (item, place), value in pairs)
    return tuple(limit_work(keys))


def _deforum_keys(text: str) -> tuple[TextKey, ...] | None:
    items = reference.items(text)
    if items is None:
        return None
    bare = [replace(item, key=reference.key_text(item.key)) for item in items]
    try:
        return _text_keys(bare, text, (reference.unwrapped(item.value.strip()) for item in items))
    except ScheduleError:
        return None


def _without_numbers(by_frame: dict[int, str]) -> dict[int, str]:
    """Returns the texts with numbers replaced by the text before them, as in Deforum."""
    result: dict[int, str] = {}
    previous: str | None = None
    for frame in sorted(by_frame):
        text = by_frame[frame]
        if previous is None or not reference.is_number(text):
            previous = text
        result[frame] = previous
    return result
