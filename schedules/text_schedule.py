"""TextSchedule: a text for every frame: samplers, checkpoints, masks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from schedules import reference
from schedules.curve import folded
from schedules.errors import ScheduleError, ScheduleLimitError, ScheduleWarning
from schedules.formula import Formula, Place
from schedules.keys import KeyTime, is_key, parse_key, unwrapped
from schedules.limits import MAX_TEXT, bounded
from schedules.reading import Item, read
from schedules.scope import Scope
from schedules.sources import Entry, Frozen, after_of, entries, freeze, thaw
from schedules.values import is_number
from schedules.warning import key_warnings


@dataclass(frozen=True)
class TextKey:
    """One key: when, and which text from then on."""

    at: KeyTime
    text: str

    @property
    def place(self) -> Place:
        """Where the key stands."""
        return self.at.place

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formula on the key side, if there is one."""
        return (self.at.formula,) if self.at.formula else ()


@dataclass(frozen=True)
class TextSchedule:
    """A text for every frame; each holds until the next key. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: The keys in written order.
        reference_keys: The keys as the reference sees them; None where it would refuse the text.
        after: What follows the last key: "hold", "loop" or "mirror".
        notes: What was put right while reading.
    """

    frozen: Frozen
    keys: tuple[TextKey, ...] = field(compare=False)
    reference_keys: tuple[TextKey, ...] | None = field(default=None, compare=False)
    after: str = field(default="hold", compare=False)
    notes: tuple[ScheduleWarning, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, source: str | Mapping[Any, Any]) -> "TextSchedule":
        """Returns the schedule that `source` says.

        Args:
            source: Deforum text such as `0:("Euler a"), 30:("DDIM")`, one text for all frames, or a mapping
                `{0: "Euler a", 30: DDIM}`.

        Raises:
            ScheduleError: Not a schedule; points at the column.
        """
        if isinstance(source, Mapping):
            rest, after = after_of(source)
            keys = tuple(bounded(TextKey(entry.at, _entry_text(entry)) for entry in entries(rest)))
            return cls(freeze(source), keys, after=after)
        if not isinstance(source, str) and not is_number(source):
            raise ScheduleError(f"a text schedule is text or a mapping, not {source!r:.80}")
        text = str(source)
        if len(text) > MAX_TEXT:
            raise ScheduleLimitError(f"a schedule of {len(text)} characters; {MAX_TEXT} is the most")
        if not _is_keyed(text):
            return cls(source, (TextKey(parse_key("0", Place("0")), unwrapped(text)[0]),))
        reading = read(text)
        # The values are cut from the text as written: typographic quotes inside a name are the name's own.
        values = (text[item.value_column :][: len(item.value)] for item in reading.items)
        keys = _text_keys(reading.items, text, (unwrapped(value)[0] for value in values))
        return cls(source, keys, _reference_keys(text), reading.after, reading.warnings)

    @property
    def source(self) -> Any:
        """The schedule as it was written: text or a dict, ready for YAML."""
        return thaw(self.frozen)

    def values(self, scope: Scope) -> tuple[str, ...]:
        """Returns the text of every frame.

        Raises:
            ScheduleError: A key that gives no frame.
        """
        by_frame = self._by_frame(scope)
        frames = sorted(by_frame)
        asked = folded(np.arange(scope.frames), frames[0], frames[-1], self.after)
        held = np.maximum(np.searchsorted(frames, asked, side="right") - 1, 0)
        texts = [by_frame[frame] for frame in frames]
        return tuple(texts[index] for index in held)

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames within the film that carry a key, ascending."""
        return tuple(frame for frame in sorted(self._by_frame(scope)) if 0 <= frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns what is probably not meant: keys outside the film, doubled keys."""
        return (*self.notes, *key_warnings([key.at for key in self._keys(scope)], scope))

    def _keys(self, scope: Scope) -> tuple[TextKey, ...]:
        return self.reference_keys if scope.compat and self.reference_keys is not None else self.keys

    def _by_frame(self, scope: Scope) -> dict[int, str]:
        by_frame = {key.at.frame(scope): key.text for key in self._keys(scope)}
        if not scope.compat:
            return by_frame
        inside = {frame: text for frame, text in by_frame.items() if 0 <= frame < scope.frames} or by_frame
        return _without_numbers(inside)


def _is_keyed(text: str) -> bool:
    head, colon, _ = text.partition(":")
    return bool(colon) and is_key(head)


def _entry_text(entry: Entry) -> str:
    if isinstance(entry.value, str) or is_number(entry.value):
        return str(entry.value)
    raise entry.place.error("a text is expected here")


def _text_keys(items: Iterable[Item], text: str, values: Iterable[str]) -> tuple[TextKey, ...]:
    places = ((item, Place(text, item.key_column)) for item in items)
    pairs = zip(places, values, strict=True)
    return tuple(bounded(TextKey(parse_key(item.key, place), value) for (item, place), value in pairs))


def _reference_keys(text: str) -> tuple[TextKey, ...] | None:
    items = reference.items(text)
    if items is None:
        return None
    bare = [replace(item, key=reference.key_text(item.key)) for item in items]
    try:
        return _text_keys(bare, text, (reference.unwrapped(item.value.strip()) for item in items))
    except ScheduleError:
        return None


def _without_numbers(by_frame: dict[int, str]) -> dict[int, str]:
    """Returns the texts with numbers replaced by the text before them, as the reference has it."""
    kept: dict[int, str] = {}
    previous: str | None = None
    for frame in sorted(by_frame):
        text = by_frame[frame]
        if previous is None or not reference.is_number(text):
            previous = text
        kept[frame] = previous
    return kept
